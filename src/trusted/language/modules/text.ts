/** Text: patterns, templates, layout, languages. */
import type { ModuleRecords } from './record.js'

/** The records by full name. */
export const TEXT: ModuleRecords = {
  codecs: {
    shows: `
      BOM BOM_BE BOM_LE BOM_UTF16 BOM_UTF16_BE BOM_UTF16_LE BOM_UTF32 BOM_UTF32_BE BOM_UTF32_LE
      BOM_UTF8 decode encode getdecoder getencoder getincrementaldecoder getincrementalencoder
      getreader getwriter iterdecode iterencode lookup`,
  },
  difflib: {
    shows: `
      Differ IS_CHARACTER_JUNK IS_LINE_JUNK Match SequenceMatcher context_diff diff_bytes
      get_close_matches ndiff restore unified_diff`,
    subclassable: `Differ SequenceMatcher`,
    configurable: `SequenceMatcher`,
  },
  fnmatch: {
    shows: `filter filterfalse fnmatch fnmatchcase translate`,
  },
  html: {
    shows: `escape unescape`,
  },
  'html.entities': {
    shows: `codepoint2name entitydefs html5 name2codepoint`,
  },
  'html.parser': {
    shows: `HTMLParser`,
    written: true,
  },
  locale: {
    shows: `
      Error LC_ALL LC_COLLATE LC_CTYPE LC_MESSAGES LC_MONETARY LC_NUMERIC LC_TIME atof atoi
      currency delocalize format_string getlocale getpreferredencoding localeconv localize
      normalize setlocale str strcoll strxfrm`,
  },
  pprint: {
    shows: `PrettyPrinter isreadable isrecursive pformat pp pprint saferepr`,
    written: true,
  },
  re: {
    shows: `
      A ASCII DOTALL I IGNORECASE L LOCALE M MULTILINE Match NOFLAG Pattern PatternError RegexFlag
      S U UNICODE VERBOSE X compile error escape findall finditer fullmatch match purge search
      split sub subn`,
  },
  reprlib: {
    shows: `Repr recursive_repr repr`,
    subclassable: `Repr`,
    configurable: `Repr`,
  },
  shlex: {
    shows: `join quote shlex split`,
    written: true,
  },
  string: {
    shows: `
      Formatter Template ascii_letters ascii_lowercase ascii_uppercase capwords digits hexdigits
      octdigits printable punctuation whitespace`,
    written: `Formatter`,
    subclassable: `Template`,
    configurable: `Template`,
  },
  'string.templatelib': {
    shows: `Interpolation Template convert`,
  },
  textwrap: {
    shows: `TextWrapper dedent fill indent shorten wrap`,
    subclassable: `TextWrapper`,
    configurable: `TextWrapper`,
  },
  unicodedata: {
    shows: `
      bidirectional category combining decimal decomposition digit east_asian_width is_normalized
      lookup mirrored name normalize numeric ucd_3_2_0 unidata_version`,
  },
  'urllib.parse': {
    shows: `
      DefragResult DefragResultBytes ParseResult ParseResultBytes SplitResult SplitResultBytes
      parse_qs parse_qsl quote quote_from_bytes quote_plus unquote unquote_plus unquote_to_bytes
      urldefrag urlencode urljoin urlparse urlsplit urlunparse urlunsplit`,
  },
}

/** Forms of data: encodings, tables, trees of JSON, checksums. */
import type { ModuleRecords } from './record.js'

/** The records by full name. */
export const FORMATS: ModuleRecords = {
  ast: {
    shows: `literal_eval`,
    wrapped: true,
  },
  base64: {
    shows: `
      a85decode a85encode b16decode b16encode b32decode b32encode b32hexdecode b32hexencode
      b64decode b64encode b85decode b85encode decodebytes encodebytes standard_b64decode
      standard_b64encode urlsafe_b64decode urlsafe_b64encode z85decode z85encode`,
  },
  binascii: {
    shows: `
      Error Incomplete a2b_base64 a2b_hex a2b_qp a2b_uu b2a_base64 b2a_hex b2a_qp b2a_uu crc32
      crc_hqx hexlify unhexlify`,
  },
  bz2: {
    shows: `BZ2Compressor BZ2Decompressor compress decompress`,
  },
  configparser: {
    shows: `
      BasicInterpolation ConfigParser DEFAULTSECT DuplicateOptionError DuplicateSectionError Error
      ExtendedInterpolation InterpolationDepthError InterpolationError
      InterpolationMissingOptionError InterpolationSyntaxError MAX_INTERPOLATION_DEPTH
      MissingSectionHeaderError NoOptionError NoSectionError ParsingError RawConfigParser
      SectionProxy`,
    subclassable: `BasicInterpolation ConfigParser ExtendedInterpolation RawConfigParser`,
    configurable: `ConfigParser RawConfigParser`,
  },
  csv: {
    shows: `
      Dialect DictReader DictWriter Error QUOTE_ALL QUOTE_MINIMAL QUOTE_NONE QUOTE_NONNUMERIC
      QUOTE_NOTNULL QUOTE_STRINGS Sniffer excel excel_tab field_size_limit get_dialect
      list_dialects reader register_dialect unix_dialect unregister_dialect writer`,
    wrapped: true,
    subclassable: `Dialect DictReader DictWriter excel excel_tab unix_dialect`,
    configurable: `DictReader DictWriter`,
  },
  gzip: {
    shows: `BadGzipFile GzipFile READ WRITE compress decompress open`,
    written: true,
  },
  hashlib: {
    shows: `
      algorithms_available algorithms_guaranteed blake2b blake2s md5 new sha1 sha224 sha256 sha384
      sha3_224 sha3_256 sha3_384 sha3_512 sha512 shake_128 shake_256`,
  },
  hmac: {
    shows: `HMAC compare_digest digest new`,
  },
  json: {
    shows: `JSONDecodeError JSONDecoder JSONEncoder dump dumps load loads`,
    subclassable: `JSONDecoder JSONEncoder`,
    configurable: `JSONDecoder JSONEncoder`,
  },
  'json.decoder': {
    shows: `JSONDecodeError JSONDecoder`,
  },
  'json.encoder': {
    shows: `JSONEncoder`,
  },
  lzma: {
    shows: `
      CHECK_CRC32 CHECK_CRC64 CHECK_ID_MAX CHECK_NONE CHECK_SHA256 CHECK_UNKNOWN FILTER_ARM
      FILTER_ARMTHUMB FILTER_DELTA FILTER_IA64 FILTER_LZMA1 FILTER_LZMA2 FILTER_POWERPC FILTER_SPARC
      FILTER_X86 FORMAT_ALONE FORMAT_AUTO FORMAT_RAW FORMAT_XZ LZMACompressor LZMADecompressor
      LZMAError MF_BT2 MF_BT3 MF_BT4 MF_HC3 MF_HC4 MODE_FAST MODE_NORMAL PRESET_DEFAULT
      PRESET_EXTREME compress decompress is_check_supported`,
  },
  mimetypes: {
    shows: `
      MimeTypes add_type common_types encodings_map guess_all_extensions guess_extension
      guess_file_type guess_type init knownfiles read_mime_types suffix_map types_map`,
    written: true,
  },
  struct: {
    shows: `Struct calcsize error iter_unpack pack pack_into unpack unpack_from`,
  },
  tomllib: {
    shows: `TOMLDecodeError loads`,
  },
  'xml.etree.ElementTree': {
    shows: `
      C14NWriterTarget Comment Element ElementTree PI ParseError ProcessingInstruction QName
      SubElement TreeBuilder VERSION XML XMLID XMLParser XMLPullParser canonicalize dump fromstring
      fromstringlist indent iselement iterparse parse register_namespace tostring tostringlist`,
    written: true,
  },
  zlib: {
    shows: `
      DEFLATED DEF_BUF_SIZE DEF_MEM_LEVEL MAX_WBITS ZLIB_RUNTIME_VERSION ZLIB_VERSION
      Z_BEST_COMPRESSION Z_BEST_SPEED Z_BLOCK Z_DEFAULT_COMPRESSION Z_DEFAULT_STRATEGY Z_FILTERED
      Z_FINISH Z_FIXED Z_FULL_FLUSH Z_HUFFMAN_ONLY Z_NO_COMPRESSION Z_NO_FLUSH Z_PARTIAL_FLUSH
      Z_RLE Z_SYNC_FLUSH Z_TREES adler32 compress compressobj crc32 decompress decompressobj error`,
  },
}

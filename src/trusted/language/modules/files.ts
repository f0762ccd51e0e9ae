/**
 * Modules of files. What they lack is what has to do with processes and users, and what keeps functions for everybody
 * (`shutil.register_archive_format`).
 */
import type { ModuleRecords } from './record.js'

/**
 * The records by full name. The set `standard` has these modules where a policy has files; without files, what they ask
 * of the system is an OSError.
 */
export const FILES: ModuleRecords = {
  glob: {
    shows: `escape glob has_magic iglob translate`,
  },
  os: {
    shows: `
      DirEntry F_OK cpu_count environ getenv getpid process_cpu_count O_APPEND O_CREAT O_DIRECTORY
      O_EXCL O_NOFOLLOW O_RDONLY O_RDWR O_TRUNC O_WRONLY PathLike R_OK SEEK_CUR SEEK_END SEEK_SET
      W_OK X_OK access altsep chdir chmod close curdir devnull error extsep fdopen fsdecode
      fsencode fspath fstat fsync ftruncate getcwd getcwdb isatty linesep listdir lseek lstat
      makedirs mkdir name open pardir pathsep read readlink remove removedirs rename renames
      replace rmdir scandir sep stat stat_result strerror symlink system truncate umask unlink urandom
      utime walk write`,
    wrapped: true,
    subclassable: `PathLike`,
  },
  'os.path': {
    shows: `
      abspath altsep basename commonpath commonprefix curdir defpath devnull dirname exists
      expanduser extsep getatime getctime getmtime getsize isabs isdir isfile isjunction islink
      ismount join lexists normcase normpath pardir pathsep realpath relpath samefile sameopenfile
      samestat sep split splitdrive splitext splitroot supports_unicode_filenames`,
  },
  pathlib: {
    shows: `Path PosixPath PurePath PurePosixPath PureWindowsPath UnsupportedOperation`,
  },
  shutil: {
    shows: `
      Error ReadError SameFileError SpecialFileError copy copy2 copyfile copyfileobj copymode
      copystat copytree get_archive_formats get_terminal_size get_unpack_formats ignore_patterns
      make_archive move rmtree unpack_archive`,
  },
  stat: {
    shows: `
      S_IFBLK S_IFCHR S_IFDIR S_IFIFO S_IFLNK S_IFMT S_IFREG S_IFSOCK S_IMODE S_IRGRP S_IROTH
      S_IRUSR S_IRWXG S_IRWXO S_IRWXU S_ISBLK S_ISCHR S_ISDIR S_ISFIFO S_ISLNK S_ISREG S_ISSOCK
      S_IWGRP S_IWOTH S_IWUSR S_IXGRP S_IXOTH S_IXUSR ST_ATIME ST_CTIME ST_MODE ST_MTIME ST_SIZE
      filemode`,
  },
  tarfile: {
    shows: `
      AREGTYPE AbsoluteLinkError AbsolutePathError CompressionError DEFAULT_FORMAT DIRTYPE
      ENCODING ExtractError FilterError GNU_FORMAT HeaderError LNKTYPE LinkOutsideDestinationError
      OutsideDestinationError PAX_FORMAT REGTYPE ReadError SYMTYPE SpecialFileError StreamError
      TarError TarFile TarInfo USTAR_FORMAT data_filter fully_trusted_filter is_tarfile open
      tar_filter`,
    configurable: `TarInfo`,
  },
  tempfile: {
    shows: `
      NamedTemporaryFile SpooledTemporaryFile TMP_MAX TemporaryDirectory TemporaryFile gettempdir
      gettempdirb gettempprefix gettempprefixb mkdtemp mkstemp`,
  },
  zipfile: {
    shows: `
      BadZipFile BadZipfile LargeZipFile ZIP_BZIP2 ZIP_DEFLATED ZIP_LZMA ZIP_STORED ZipFile
      ZipInfo error is_zipfile`,
    configurable: `ZipFile ZipInfo`,
  },
}

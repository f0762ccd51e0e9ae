/**
 * Modules by which a guest makes requests. All of them are ours (`src/guest/web/<name with _ for .>.py`): each request is a
 * question to the host, which judges it.
 */
import type { ModuleRecords } from './record.js'

/** The records by full name. A policy without `network` grants none of them. */
export const NETWORK: ModuleRecords = {
  'http.client': {
    shows: `
      CannotSendHeader CannotSendRequest HTTPConnection HTTPException HTTPMessage HTTPResponse
      HTTPSConnection HTTPS_PORT HTTP_PORT ImproperConnectionState InvalidURL NotConnected
      ResponseNotReady responses`,
  },
  requests: {
    shows: `
      AsyncSession ConnectTimeout ConnectionError HTTPError JSONDecodeError PreparedRequest
      ReadTimeout Request RequestException Response Session Timeout TooManyRedirects URLRequired
      codes delete get head options patch post put request session`,
    subclassable: `AsyncSession Session`,
    configurable: `AsyncSession PreparedRequest Request Response Session`,
  },
  'requests.auth': {
    shows: `AuthBase HTTPBasicAuth`,
    subclassable: true,
  },
  'requests.exceptions': {
    shows: `
      ChunkedEncodingError ConnectTimeout ConnectionError ContentDecodingError HTTPError
      InvalidHeader InvalidJSONError InvalidSchema InvalidURL JSONDecodeError MissingSchema
      ReadTimeout RequestException RequestRefused Timeout TooManyRedirects URLRequired`,
  },
  'requests.structures': {
    shows: `CaseInsensitiveDict`,
  },
  'urllib.error': {
    shows: `ContentTooShortError HTTPError URLError`,
  },
  'urllib.request': {
    shows: `OpenerDirector Request build_opener install_opener urlopen`,
    configurable: `OpenerDirector Request`,
  },
}

/**
 * `xml.etree.ElementTree` as guest code: elements, paths and serialization are CPython's text in Python, without its C accelerator.
 * Expat reads documents (`xml_reader` of src/guest/markup.py), and tells what it has read only when it has returned: no code of a
 * program runs within it.
 */
import type { Edit, Part } from './texts.js'

const PARSER = `
class XMLParser:
    def __init__(self, *, target=None, encoding=None):
        if target is None:
            target = TreeBuilder()
        self.target = self._target = target
        self._read = xml_reader(encoding)
        self._names = {}
        self._doctype = None
        self.entity = {}
        self._handlers = handlers = {'default': self._default}
        if hasattr(target, 'start'):
            handlers['start'] = self._start
        if hasattr(target, 'end'):
            handlers['end'] = self._end
        if hasattr(target, 'start_ns'):
            handlers['start-ns'] = self._start_ns
        if hasattr(target, 'end_ns'):
            handlers['end-ns'] = self._end_ns
        for name in 'data', 'comment', 'pi':
            if hasattr(target, name):
                handlers[name] = getattr(target, name)

    def _setevents(self, events_queue, events_to_report):
        append, handlers = events_queue.append, self._handlers
        def noting(event, handler):
            return lambda *told: append((event, handler(*told)))
        for event in events_to_report:
            if event == 'start':
                handlers[event] = noting(event, self._start)
            elif event == 'end':
                handlers[event] = noting(event, self._end)
            elif event == 'start-ns':
                own = hasattr(self.target, 'start_ns')
                handlers[event] = noting(
                    event, self._start_ns if own else lambda prefix, uri: (prefix or '', uri or ''))
            elif event == 'end-ns':
                own = hasattr(self.target, 'end_ns')
                handlers[event] = noting(event, self._end_ns if own else lambda prefix: None)
            elif event in ('comment', 'pi'):
                handlers[event] = noting(event, getattr(self.target, event))
            else:
                raise ValueError("unknown event %r" % event)

    def _raiseerror(self, message, code, line, column):
        error = ParseError(message)
        error.code, error.position = code, (line, column)
        raise error

    def _fixname(self, key):
        try:
            name = self._names[key]
        except KeyError:
            name = self._names[key] = '{' + key if '}' in key else key
        return name

    def _start_ns(self, prefix, uri):
        return self.target.start_ns(prefix or '', uri or '')

    def _end_ns(self, prefix):
        return self.target.end_ns(prefix or '')

    def _start(self, tag, attr_list):
        fixname, attrib = self._fixname, {}
        for i in range(0, len(attr_list), 2):
            attrib[fixname(attr_list[i])] = attr_list[i + 1]
        return self.target.start(fixname(tag), attrib)

    def _end(self, tag):
        return self.target.end(self._fixname(tag))

    def _default(self, text, line, column):
        prefix = text[:1]
        if prefix == '&':
            if hasattr(self.target, 'data'):
                if text[1:-1] not in self.entity:
                    self._raiseerror(
                        'undefined entity %s: line %d, column %d' % (text, line, column), 11, line, column)
                self.target.data(self.entity[text[1:-1]])
        elif prefix == '<' and text[:9] == '<!DOCTYPE':
            self._doctype = []
        elif self._doctype is not None:
            if prefix == '>':
                self._doctype = None
                return
            if text := text.strip():
                self._doctype.append(text)
                self._tell_doctype(*self._doctype)

    def _tell_doctype(self, name, kind='', *parts):
        if kind == 'PUBLIC' and len(parts) == 2:
            public, system = parts[0] and parts[0][1:-1], parts[1]
        elif kind == 'SYSTEM' and len(parts) == 1:
            public, system = None, parts[0]
        else:
            return
        if hasattr(self.target, 'doctype'):
            self.target.doctype(name, public, system[1:-1])
        elif hasattr(self, 'doctype'):
            warnings.warn(
                'The doctype() method of XMLParser is ignored.  '
                'Define doctype() method on the TreeBuilder target.', RuntimeWarning)
        self._doctype = None

    def _parse(self, data, is_final, at_once=False):
        told, error = self._read(data, is_final, at_once)
        for name, *given in told:
            if name in self._handlers:
                self._handlers[name](*given)
        if error is not None:
            self._raiseerror(*error)

    def feed(self, data):
        """Feed encoded data to parser."""
        self._parse(data, False)

    def close(self):
        """Finish feeding data to parser and return element structure."""
        self._parse(b'', True)
        if hasattr(self.target, 'close'):
            return self.target.close()

    def flush(self):
        self._parse(b'', False, True)

`

/** Where a document goes to what only has a method \`write\`, it goes there in one piece. */
const WRITER: Edit = [
  `            with contextlib.ExitStack() as stack:
                if isinstance(file_or_filename, io.BufferedIOBase):
                    file = file_or_filename
                elif isinstance(file_or_filename, io.RawIOBase):
                    file = io.BufferedWriter(file_or_filename)
                    # Keep the original file open when the BufferedWriter is
                    # destroyed
                    stack.callback(file.detach)
                else:
                    # This is to handle passed objects that aren't in the
                    # IOBase hierarchy, but just have a write method
                    file = io.BufferedIOBase()
                    file.writable = lambda: True
                    file.write = write
                    try:
                        # TextIOWrapper uses this methods to determine
                        # if BOM (for UTF-16, etc) should be added
                        file.seekable = file_or_filename.seekable
                        file.tell = file_or_filename.tell
                    except AttributeError:
                        pass
                file = io.TextIOWrapper(file,
                                        encoding=encoding,
                                        errors="xmlcharrefreplace",
                                        newline="\\n")
                # Keep the original file open when the TextIOWrapper is
                # destroyed
                stack.callback(file.detach)
                yield file.write, encoding
`,
  `            pieces = []
            yield pieces.append, encoding
            write(''.join(pieces).encode(encoding, 'xmlcharrefreplace'))
`,
]

/** Its parts. */
export const ELEMENT_TREE: readonly Part[] = [
  { file: 'xml/etree/ElementPath.py', edits: [] },
  {
    file: 'xml/etree/ElementTree.py',
    cuts: [
      [
        '# also see ElementTree and TreeBuilder\nclass XMLParser:',
        '# --------------------------------------------------------------------\n# C14N 2.0',
      ],
      ['# Import the C accelerators', undefined],
    ],
    edits: [
      ['from . import ElementPath\n', ''],
      ['ElementPath.', ''],
      ['_Element_Py', 'Element'],
      // As its C accelerator does: texts of comments, too.
      [
        '        tag = self.tag\n        if not isinstance(tag, str) and tag is not None:\n            return\n        t = self.text\n',
        '        t = self.text\n',
      ],
      WRITER,
      ['class _ListDataStream(io.BufferedIOBase):', 'class _ListDataStream:'],
      [
        '        __next__ = gen.__next__\n',
        '        def __next__(self):\n            return next(gen)\n',
      ],
    ],
  },
  PARSER,
]

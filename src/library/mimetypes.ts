/** `mimetypes` as guest code: tables of the module and of files that a program names; there is no registry. */
import type { Part } from './texts.js'

/** Its parts. */
export const MIMETYPES: readonly Part[] = [
  {
    file: 'mimetypes.py',
    cuts: [
      ['try:\n    from _winapi', '__all__ = ['],
      ['    def read_windows_registry(', 'def guess_type('],
      ['def _parse_args(', undefined],
    ],
    edits: [
      [
        'from warnings import _deprecated\n\n            _deprecated(\n                "Undotted extensions",\n                "Using undotted extensions is deprecated and "\n                "will raise a ValueError in Python {remove}",\n                remove=(3, 16),\n            )\n',
        'from warnings import warn\n\n            warn("Using undotted extensions is deprecated and will raise a ValueError in Python 3.16", DeprecationWarning, stacklevel=2)\n',
      ],
      ['import posixpath', 'import os'],
      ['posixpath.splitext', 'os.path.splitext'],
      ['        # Quick return if not supported\n        db.read_windows_registry()\n\n', ''],
    ],
  },
]

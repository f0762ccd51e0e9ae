/** What of vault.py no guest may ever hold a byte of, and what it exposes. */
export const SECRETS = [
  'SECRET-IN-A-DOCSTRING-51ab',
  'SECRET-IN-A-COMMENT-9f20',
  'SECRET-IN-A-GLOBAL-77c1',
  'SECRET-IN-A-HIDDEN-OBJECT-12ef',
  'SECRET-IN-AN-ATTRIBUTE-3d3d',
  'SECRET-IN-A-LOCAL-8b8b',
  '_vault_global',
  '_HiddenClass',
  '_hidden_attribute',
  '_hidden_object',
  '_hidden_function',
  '_pin_attribute',
  'secret_local',
]

export const EXPOSE = {
  account: '*',
  closed: ['total', '[]'],
  document: { read: ['status', 'balance'], write: ['status'] },
  Account: '*',
  Refused: '*',
  lookup: '*',
} as const

/** What each process of the tests begins with. Vitest runs a file of setup before each file of tests, and loads what it imports once. */
import './shared-workers.js'

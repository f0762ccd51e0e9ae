/** What main.ts needs of the program, and what is bundled. */
export { complain } from './output.js'
export { describeFault, main } from './program.js'

/** The pool alone: the package's index also loads fetch, WebSocket and caches, twice the start-up time. */
declare module 'undici/lib/dispatcher/pool.js' {
  import {Pool} from 'undici';
  export default Pool;
}

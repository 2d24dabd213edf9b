/** The client alone: the package's index also loads fetch, WebSocket and caches, twice the start-up time. */
declare module 'undici/lib/dispatcher/client.js' {
  import {Client} from 'undici';
  export default Client;
}
declare module 'undici/lib/core/connect.js' {
  import {buildConnector} from 'undici';
  export default buildConnector;
}

export {ConnectionReset, createDispatcher, type Dispatch, type DispatchOptions} from './dispatch.js';
export {sendWireResponse, wireRequest} from './http.js';
export {localCredentials, type Authentication} from './sigv4.js';
export {
  bufferedBody,
  type RequestBody,
  type Services,
  type ServiceName,
  type StreamedBody,
  type WireRequest,
  type WireResponse,
} from './types.js';

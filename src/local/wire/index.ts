export {ConnectionReset, createDispatcher, type Dispatch, type DispatchOptions} from './dispatch.js';
export {modelledStatus, operationsOf} from './sdk-schemas.js';
export {sendWireResponse, wireRequest} from './http.js';
export {
  bufferedBody,
  type Services,
  type ServiceName,
  type StreamedBody,
  type WireResponse,
} from './types.js';

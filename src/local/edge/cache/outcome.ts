import type {Readable} from 'node:stream';
import type {Copy} from './cache.js';
import type {Fields, Mark} from '../message.js';

/** What cache or origin gave for a request. */
export type Outcome =
  | {
      readonly kind: 'copy';
      readonly copy: Copy;
      readonly mark: Mark;
      /** From the cache (or a collapsed request): has an Age; conditions and ranges are answered here. */
      readonly fromCache: boolean;
      /** Headers for this viewer alone (a Set-Cookie that is not replayed). */
      readonly only?: Fields;
      /** Whether requests that waited may be answered with it. */
      readonly shared: boolean;
    }
  | {
      readonly kind: 'pass';
      readonly status: number;
      readonly headers: Fields;
      readonly body: Readable;
      readonly mark: Mark;
    };

/** Field-level differences between two structures of a config, and the paths that name a field. */
export {diff, isBlank, type FieldChange} from './diff.js';
export {getAt, parsePath, setAt, type PathStep} from './path.js';
export {identityOf, isFields} from './identity.js';

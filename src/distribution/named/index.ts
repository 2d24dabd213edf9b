/** Policies and origin access controls: found by name, compared, made, changed, deleted. */
export {
  createNamed,
  deleteNamed,
  findManaged,
  keyGroupIds,
  listNamed,
  readNamed,
  updateNamed,
} from './api.js';
export {completed, namedDiff, structureOf} from './compare.js';
export {managedName} from './managed.js';
export type * from './types.js';

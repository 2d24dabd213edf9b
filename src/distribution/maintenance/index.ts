/** A page in place of the site, by a CloudFront Function that remembers what it took the place of. */
export {closedPatterns, closePaths, reopen, type PutAside} from './associations.js';
export {maintenanceCode, maintenanceName, plainPage, readNote, type MaintenanceNote} from './code.js';

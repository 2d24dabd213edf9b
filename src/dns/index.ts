/** Route 53 and what resolvers answer: zones, alias records, validation records, checks. */
export {
  prepareAliases,
  prepareRemoval,
  sendAliases,
  sendRemoval,
  takenFailure,
  type PreparedAliases,
  type PreparedRemoval,
  type SentAliases,
  type SentChange,
} from './aliases.js';
export {batchesOf, changeRecords, waitInsync} from './changes.js';
export {checkDns, type CheckedRecord, type DnsCheck} from './check.js';
export {ensureRecords, removeRecords, type ProofRecord} from './ensure.js';
export {hostName, isCovered, plainName} from './names.js';
export {recordsToPaste, type RecordToPaste} from './paste.js';
export {planAliases, planRemoval, targetOf, typesFor} from './plan.js';
export {readRecords, recordText} from './records.js';
export {authoritativeResolver, publicResolvers, systemResolver} from './system-resolver.js';
export type * from './types.js';
export {aliasTypes} from './types.js';
export {zoneResolver} from './zone-resolver.js';
export {createZone, findZone, listZones, readZone} from './zones.js';

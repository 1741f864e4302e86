export { createDoor } from './door.ts';
export { unmodelledOperations } from './operations.ts';
export type { Authorise, DoorOptions, NativeRoute, Permission } from './port.ts';
export { refusalsWithIds } from './refusals.ts';
export { wireRetention } from './retention.ts';
export { type AuditRow, wireMigrations } from './tables.ts';

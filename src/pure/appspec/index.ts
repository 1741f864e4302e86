export { IN_PLACE_EVENTS } from './lifecycle.ts';
export { missingAppSpec } from './missing.ts';
export { type ParsedAppSpec, parseAppSpec } from './parse.ts';
export {
  APPSPEC_FILE,
  type AppSpec,
  EVENT_LIMIT_SECONDS,
  type FileExistsBehavior,
  type HookScript,
  type Permission,
} from './types.ts';

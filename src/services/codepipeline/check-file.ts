import { ACTION_TYPES } from './actions/table.ts';
import { type ParsedFile, parseDefinitionFile } from './model/parse-file.ts';

/** Checks a pipeline file (JSON or YAML) without a server. The region is the one that the pipeline is meant for. */
export function checkPipelineFile(text: string, file: string, region: string): ParsedFile {
  return parseDefinitionFile(text, file, region, ACTION_TYPES);
}

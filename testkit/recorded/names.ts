/** What recorded databases call their things. */
export const recorded = {
  bucket: 'recorded-artifacts',
  object: 'kept/object.txt',
  upload: 'kept/upload.txt',
  text: 'recorded\n',
  repository: 'app',
  project: 'check',
  pipeline: 'ship',
} as const;

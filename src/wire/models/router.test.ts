import { expect, test } from 'vitest';
import { loadServiceModel } from './service-model.ts';

async function routed(id: string, request: string, headers: Record<string, string> = {}) {
  const [method = '', target = ''] = request.split(' ');
  const [path = '', query = ''] = target.split('?');
  const route = (await loadServiceModel(id)).route(method, path, query, headers);
  return route && [route.operation.name, route.labels];
}

const bucket = { Bucket: 'b' };
const object = { Bucket: 'b', Key: 'k' };
const copy = { 'x-amz-copy-source': '/c/d' };

test.each([
  ['GET /', 'ListBuckets', {}],
  ['GET /?x-id=ListDirectoryBuckets', 'ListDirectoryBuckets', {}],
  ['GET /b', 'ListObjects', bucket],
  ['GET /b/', 'ListObjects', bucket],
  ['GET /b?list-type=2&prefix=x', 'ListObjectsV2', bucket],
  ['GET /b?location', 'GetBucketLocation', bucket],
  ['GET /b?location=', 'GetBucketLocation', bucket],
  ['GET /b?analytics', 'ListBucketAnalyticsConfigurations', bucket],
  ['GET /b?analytics&id=1', 'GetBucketAnalyticsConfiguration', bucket],
  ['PUT /b', 'CreateBucket', bucket],
  ['PUT /b/', 'CreateBucket', bucket],
  ['POST /b?delete', 'DeleteObjects', bucket],
  ['PUT /b/k', 'PutObject', object],
  ['PUT /b/k?x-id=GetObject', 'PutObject', object],
  ['PUT /b/k?acl', 'PutObjectAcl', object],
  ['PUT /b/k?partNumber=1&uploadId=u', 'UploadPart', object],
  ['GET /b/k', 'GetObject', object],
  ['GET /b/k?uploadId=u', 'ListParts', object],
  ['DELETE /b/k?uploadId=u', 'AbortMultipartUpload', object],
  ['DELETE /b/k?versionId=u', 'DeleteObject', object],
  ['POST /b/k?uploads', 'CreateMultipartUpload', object],
  ['POST /b/k?uploadId=u', 'CompleteMultipartUpload', object],
  ['HEAD /b/k', 'HeadObject', object],
  ['GET /b/a/%2e%2e//c%2Fd/', 'GetObject', { Bucket: 'b', Key: 'a/..//c/d/' }],
])('s3: %s is %s', async (request, operation, labels) => {
  expect(await routed('s3', request)).toEqual([operation, labels]);
});

test('s3: a copy is told by its header', async () => {
  expect(await routed('s3', 'PUT /b/k', copy)).toEqual(['CopyObject', object]);
  expect(await routed('s3', 'PUT /b/k?partNumber=1&uploadId=u', copy)).toEqual(['UploadPartCopy', object]);
});

test('literal segments go before labels', async () => {
  expect(await routed('lambda', 'GET /2015-03-31/functions/f/policy')).toEqual([
    'GetPolicy',
    { FunctionName: 'f' },
  ]);
  expect(await routed('lambda', 'GET /2015-03-31/functions/f')).toEqual([
    'GetFunction',
    { FunctionName: 'f' },
  ]);
});

test('labels are decoded once, under the name of their member', async () => {
  expect(await routed('apigatewayv2', 'GET /v2/tags/arn%3Aaws%2Fx%2520y')).toEqual([
    'GetTags',
    { ResourceArn: 'arn:aws/x%20y' },
  ]);
});

test('an ARN may stand in a path with its slashes bare', async () => {
  const arn = 'arn:aws:codestar-notifications:r:1:notificationrule/x';
  expect(await routed('codestar-notifications', `POST /untagResource/${arn}?tagKeys=a`)).toEqual([
    'UntagResource',
    { Arn: arn },
  ]);
});

test.each(['PATCH /b/k', 'GET nowhere', 'GET /b/%zz'])('s3: %s goes nowhere', async (request) => {
  expect(await routed('s3', request)).toBeUndefined();
});

test('a service without REST has no routes', async () => {
  expect(await routed('codepipeline', 'POST /')).toBeUndefined();
});

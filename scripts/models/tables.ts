/** What the models do not say. */

/** Further names in a credential scope, by model id. */
export const extraSigningNames: Readonly<Record<string, readonly string[]>> = {
  s3: ['s3express', 's3-object-lambda'],
};

/** First half of the IAM actions where it is not the signing name. */
export const iamPrefixes: Readonly<Record<string, string>> = {
  cloudwatch: 'cloudwatch',
};

/** IAM actions that do not carry their operation's name. Source: AWS's service authorization reference. */
export const iamActions: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  s3: {
    HeadBucket: 's3:ListBucket',
    ListObjects: 's3:ListBucket',
    ListObjectsV2: 's3:ListBucket',
    ListObjectVersions: 's3:ListBucketVersions',
    ListMultipartUploads: 's3:ListBucketMultipartUploads',
    ListParts: 's3:ListMultipartUploadParts',
    ListBuckets: 's3:ListAllMyBuckets',
    ListDirectoryBuckets: 's3express:ListAllMyDirectoryBuckets',
    CreateSession: 's3express:CreateSession',
    HeadObject: 's3:GetObject',
    SelectObjectContent: 's3:GetObject',
    CopyObject: 's3:PutObject',
    CreateMultipartUpload: 's3:PutObject',
    UploadPart: 's3:PutObject',
    UploadPartCopy: 's3:PutObject',
    CompleteMultipartUpload: 's3:PutObject',
    DeleteObjects: 's3:DeleteObject',
    DeleteBucketCors: 's3:PutBucketCORS',
    GetBucketCors: 's3:GetBucketCORS',
    PutBucketCors: 's3:PutBucketCORS',
    DeleteBucketEncryption: 's3:PutEncryptionConfiguration',
    GetBucketEncryption: 's3:GetEncryptionConfiguration',
    PutBucketEncryption: 's3:PutEncryptionConfiguration',
    DeleteBucketLifecycle: 's3:PutLifecycleConfiguration',
    GetBucketLifecycle: 's3:GetLifecycleConfiguration',
    GetBucketLifecycleConfiguration: 's3:GetLifecycleConfiguration',
    PutBucketLifecycle: 's3:PutLifecycleConfiguration',
    PutBucketLifecycleConfiguration: 's3:PutLifecycleConfiguration',
    GetBucketNotificationConfiguration: 's3:GetBucketNotification',
    PutBucketNotificationConfiguration: 's3:PutBucketNotification',
    DeleteBucketReplication: 's3:PutReplicationConfiguration',
    GetBucketReplication: 's3:GetReplicationConfiguration',
    PutBucketReplication: 's3:PutReplicationConfiguration',
    DeleteBucketTagging: 's3:PutBucketTagging',
    DeletePublicAccessBlock: 's3:PutBucketPublicAccessBlock',
    GetPublicAccessBlock: 's3:GetBucketPublicAccessBlock',
    PutPublicAccessBlock: 's3:PutBucketPublicAccessBlock',
    DeleteBucketOwnershipControls: 's3:PutBucketOwnershipControls',
    GetObjectLockConfiguration: 's3:GetBucketObjectLockConfiguration',
    PutObjectLockConfiguration: 's3:PutBucketObjectLockConfiguration',
    GetBucketAccelerateConfiguration: 's3:GetAccelerateConfiguration',
    PutBucketAccelerateConfiguration: 's3:PutAccelerateConfiguration',
    DeleteBucketAnalyticsConfiguration: 's3:PutAnalyticsConfiguration',
    GetBucketAnalyticsConfiguration: 's3:GetAnalyticsConfiguration',
    ListBucketAnalyticsConfigurations: 's3:GetAnalyticsConfiguration',
    PutBucketAnalyticsConfiguration: 's3:PutAnalyticsConfiguration',
    DeleteBucketInventoryConfiguration: 's3:PutInventoryConfiguration',
    GetBucketInventoryConfiguration: 's3:GetInventoryConfiguration',
    ListBucketInventoryConfigurations: 's3:GetInventoryConfiguration',
    PutBucketInventoryConfiguration: 's3:PutInventoryConfiguration',
    DeleteBucketMetricsConfiguration: 's3:PutMetricsConfiguration',
    GetBucketMetricsConfiguration: 's3:GetMetricsConfiguration',
    ListBucketMetricsConfigurations: 's3:GetMetricsConfiguration',
    PutBucketMetricsConfiguration: 's3:PutMetricsConfiguration',
    DeleteBucketIntelligentTieringConfiguration: 's3:PutIntelligentTieringConfiguration',
    GetBucketIntelligentTieringConfiguration: 's3:GetIntelligentTieringConfiguration',
    ListBucketIntelligentTieringConfigurations: 's3:GetIntelligentTieringConfiguration',
    PutBucketIntelligentTieringConfiguration: 's3:PutIntelligentTieringConfiguration',
  },
  lambda: {
    Invoke: 'lambda:InvokeFunction',
    InvokeWithResponseStream: 'lambda:InvokeFunction',
  },
  dynamodb: {
    TransactGetItems: 'dynamodb:GetItem',
    TransactWriteItems: 'dynamodb:PutItem',
  },
  sqs: {
    ChangeMessageVisibilityBatch: 'sqs:ChangeMessageVisibility',
    DeleteMessageBatch: 'sqs:DeleteMessage',
    SendMessageBatch: 'sqs:SendMessage',
  },
  sns: {
    PublishBatch: 'sns:Publish',
  },
};

/** Enumerations that are open here: a region of one's own is no error. */
export const openEnumerations: Readonly<Record<string, readonly string[]>> = {
  s3: ['BucketLocationConstraint'],
};

/** Codes of the query protocol and statuses that a model lost when its service went to JSON. */
export const errorCodes: Readonly<
  Record<string, Readonly<Record<string, { readonly code: string; readonly status: number }>>>
> = {
  sqs: {
    BatchEntryIdsNotDistinct: { code: 'AWS.SimpleQueueService.BatchEntryIdsNotDistinct', status: 400 },
    BatchRequestTooLong: { code: 'AWS.SimpleQueueService.BatchRequestTooLong', status: 400 },
    EmptyBatchRequest: { code: 'AWS.SimpleQueueService.EmptyBatchRequest', status: 400 },
    InvalidAddress: { code: 'InvalidAddress', status: 404 },
    InvalidBatchEntryId: { code: 'AWS.SimpleQueueService.InvalidBatchEntryId', status: 400 },
    InvalidSecurity: { code: 'InvalidSecurity', status: 403 },
    KmsAccessDenied: { code: 'KMS.AccessDeniedException', status: 400 },
    KmsDisabled: { code: 'KMS.DisabledException', status: 400 },
    KmsInvalidKeyUsage: { code: 'KMS.InvalidKeyUsageException', status: 400 },
    KmsInvalidState: { code: 'KMS.InvalidStateException', status: 400 },
    KmsNotFound: { code: 'KMS.NotFoundException', status: 400 },
    KmsOptInRequired: { code: 'KMS.OptInRequired', status: 403 },
    KmsThrottled: { code: 'KMS.ThrottlingException', status: 400 },
    MessageNotInflight: { code: 'AWS.SimpleQueueService.MessageNotInflight', status: 400 },
    OverLimit: { code: 'OverLimit', status: 403 },
    PurgeQueueInProgress: { code: 'AWS.SimpleQueueService.PurgeQueueInProgress', status: 403 },
    QueueDeletedRecently: { code: 'AWS.SimpleQueueService.QueueDeletedRecently', status: 400 },
    QueueDoesNotExist: { code: 'AWS.SimpleQueueService.NonExistentQueue', status: 400 },
    QueueNameExists: { code: 'QueueAlreadyExists', status: 400 },
    ReceiptHandleIsInvalid: { code: 'ReceiptHandleIsInvalid', status: 404 },
    RequestThrottled: { code: 'RequestThrottled', status: 403 },
    ResourceNotFoundException: { code: 'ResourceNotFoundException', status: 404 },
    TooManyEntriesInBatchRequest: {
      code: 'AWS.SimpleQueueService.TooManyEntriesInBatchRequest',
      status: 400,
    },
    UnsupportedOperation: { code: 'AWS.SimpleQueueService.UnsupportedOperation', status: 400 },
  },
};

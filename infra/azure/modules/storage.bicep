@minLength(3)
@maxLength(24)
@description('Name of the storage account')
param name string

@description('Region')
param location string

@description('Tags')
param tags object

@description('Spread over the zones of the region')
param zoneRedundant bool

@description('Reached through private endpoints alone')
param privateNetwork bool

@description('Days in which the seals of the audit cannot be changed by anybody. 0: no such policy')
param sealRetentionDays int

// The app makes what is missing when it first writes there; a month of the audit is such a table.
var tables = [
  'connections'
  'consents'
  'sessions'
  'notifications'
  'webhooks'
  'deliveries'
  'inbound'
  'people'
  'seals'
]
var queues = ['notifications', 'notifications-poison', 'webhooks', 'webhooks-poison']

resource account 'Microsoft.Storage/storageAccounts@2025-01-01' = {
  name: name
  location: location
  tags: tags
  kind: 'StorageV2'
  sku: {
    name: zoneRedundant ? 'Standard_ZRS' : 'Standard_LRS'
  }
  properties: {
    accessTier: 'Hot'
    allowBlobPublicAccess: false
    allowCrossTenantReplication: false
    allowSharedKeyAccess: false
    defaultToOAuthAuthentication: true
    isLocalUserEnabled: false
    minimumTlsVersion: 'TLS1_2'
    publicNetworkAccess: privateNetwork ? 'Disabled' : 'Enabled'
    supportsHttpsTrafficOnly: true
    networkAcls: {
      bypass: 'None'
      defaultAction: privateNetwork ? 'Deny' : 'Allow'
    }
  }
}

// No lifecycle rules: the app ends the life of its rows itself, append blobs have no tiers, and the package is in use however old.
resource blobs 'Microsoft.Storage/storageAccounts/blobServices@2025-01-01' = {
  parent: account
  name: 'default'
  properties: {
    deleteRetentionPolicy: {
      enabled: true
      days: 30
    }
    containerDeleteRetentionPolicy: {
      enabled: true
      days: 30
    }
  }
}

resource seals 'Microsoft.Storage/storageAccounts/blobServices/containers@2025-01-01' = {
  parent: blobs
  name: 'audit-seals'
  properties: {
    publicAccess: 'None'
  }
}

resource sealsKept 'Microsoft.Storage/storageAccounts/blobServices/containers/immutabilityPolicies@2025-01-01' = if (sealRetentionDays > 0) {
  parent: seals
  name: 'default'
  properties: {
    immutabilityPeriodSinceCreationInDays: sealRetentionDays
    // Seals are appended; nothing that stands there may change.
    allowProtectedAppendWrites: true
  }
}

resource package 'Microsoft.Storage/storageAccounts/blobServices/containers@2025-01-01' = {
  parent: blobs
  name: 'app-package'
  properties: {
    publicAccess: 'None'
  }
}

resource queueService 'Microsoft.Storage/storageAccounts/queueServices@2025-01-01' = {
  parent: account
  name: 'default'
}

resource queue 'Microsoft.Storage/storageAccounts/queueServices/queues@2025-01-01' = [
  for queueName in queues: {
    parent: queueService
    name: queueName
  }
]

resource tableService 'Microsoft.Storage/storageAccounts/tableServices@2025-01-01' = {
  parent: account
  name: 'default'
}

resource table 'Microsoft.Storage/storageAccounts/tableServices/tables@2025-01-01' = [
  for tableName in tables: {
    parent: tableService
    name: tableName
  }
]

@description('Name of the storage account')
output name string = account.name

@description('Container that the app\'s package is deployed to')
output packageContainerName string = package.name

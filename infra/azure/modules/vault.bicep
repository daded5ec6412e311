@minLength(3)
@maxLength(24)
@description('Name of the vault')
param name string

@description('Region')
param location string

@description('Tags')
param tags object

@description('Reached through a private endpoint alone')
param privateNetwork bool

@description('With privateNetwork: the address (CIDR) from which it is reached all the same. Empty: none')
param deployerIpRange string

var isClosed = privateNetwork && empty(deployerIpRange)

resource vault 'Microsoft.KeyVault/vaults@2024-11-01' = {
  name: name
  location: location
  tags: tags
  properties: {
    tenantId: subscription().tenantId
    sku: {
      family: 'A'
      name: 'standard'
    }
    enableRbacAuthorization: true
    enableSoftDelete: true
    softDeleteRetentionInDays: 90
    // Token sets and the key of the seals cannot be destroyed for good, by whoever got hold of the vault.
    enablePurgeProtection: true
    enabledForDeployment: false
    enabledForDiskEncryption: false
    enabledForTemplateDeployment: false
    publicNetworkAccess: isClosed ? 'Disabled' : 'Enabled'
    networkAcls: {
      bypass: 'AzureServices'
      defaultAction: privateNetwork ? 'Deny' : 'Allow'
      ipRules: empty(deployerIpRange) ? [] : [{ value: deployerIpRange }]
    }
  }
}

// Made here, so that the app needs no right to make keys. A key that is there stays as it is.
resource sealKey 'Microsoft.KeyVault/vaults/keys@2024-11-01' = {
  parent: vault
  name: 'audit-seal'
  tags: tags
  properties: {
    kty: 'EC'
    curveName: 'P-256'
    keyOps: ['sign', 'verify']
    attributes: {
      enabled: true
      exportable: false
    }
  }
}

@description('Name of the vault')
output name string = vault.name

@description('Its address')
output url string = vault.properties.vaultUri

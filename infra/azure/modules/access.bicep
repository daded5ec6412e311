@description('Object id of the app\'s identity')
param identityPrincipalId string

@description('Object id of the deployer. Empty: nobody may set secrets')
param deployerPrincipalId string

@allowed(['User', 'Group', 'ServicePrincipal'])
@description('What the deployer is')
param deployerPrincipalType string

@description('Name of the storage account')
param storageName string

@description('Name of the vault')
param vaultName string

@description('Name of Application Insights')
param insightsName string

@description('Define roles that allow what is needed and no more. false: built-in ones')
param customRoles bool

var roles = {
  storageBlobDataOwner: 'b7e6dc6d-f1e8-4753-8033-0f276bb0955b'
  storageQueueDataContributor: '974c5e8b-45b9-4653-ba55-5f855dd0fb88'
  storageTableDataContributor: '0a9a7e1f-b9d0-4cc4-a60d-0319b160aaa3'
  monitoringMetricsPublisher: '3913510d-42f4-4e42-8a64-420c390055eb'
  keyVaultSecretsOfficer: 'b86a8fe4-44ce-4948-aee5-eccb2c155cd7'
  keyVaultCryptoUser: '12338af0-0e69-4776-bea7-57ae8d297424'
}

// Blob Data Owner is what the Functions host asks for on its own storage; the app itself would do with Blob Data Contributor.
var storageRoleIds = [
  roles.storageBlobDataOwner
  roles.storageQueueDataContributor
  roles.storageTableDataContributor
]

resource storage 'Microsoft.Storage/storageAccounts@2025-01-01' existing = {
  name: storageName
}

resource vault 'Microsoft.KeyVault/vaults@2024-11-01' existing = {
  name: vaultName
}

resource insights 'Microsoft.Insights/components@2020-02-02' existing = {
  name: insightsName
}

var groupId = resourceGroup().id
var vaultUserRoleId = guid(groupId, 'vault-user')
var secretSetterRoleId = guid(groupId, 'secret-setter')
var vaultRoleIds = customRoles ? [vaultUserRoleId] : [roles.keyVaultSecretsOfficer, roles.keyVaultCryptoUser]
var deployerRoleId = customRoles ? secretSetterRoleId : roles.keyVaultSecretsOfficer

// Key Vault Secrets Officer may also purge, recover, back up and restore, and Key Vault Crypto User encrypt and change keys.
resource vaultUser 'Microsoft.Authorization/roleDefinitions@2022-04-01' = if (customRoles) {
  name: vaultUserRoleId
  properties: {
    roleName: 'Remote assistance connector ${uniqueString(groupId)}'
    description: 'Reads, sets and deletes secrets, and signs. For the identity of the remote-assistance connector.'
    type: 'CustomRole'
    assignableScopes: [groupId]
    permissions: [
      {
        actions: []
        notActions: []
        dataActions: [
          'Microsoft.KeyVault/vaults/secrets/getSecret/action'
          'Microsoft.KeyVault/vaults/secrets/setSecret/action'
          'Microsoft.KeyVault/vaults/secrets/delete'
          'Microsoft.KeyVault/vaults/keys/read'
          'Microsoft.KeyVault/vaults/keys/sign/action'
          'Microsoft.KeyVault/vaults/keys/verify/action'
        ]
        notDataActions: []
      }
    ]
  }
}

resource secretSetter 'Microsoft.Authorization/roleDefinitions@2022-04-01' = if (customRoles) {
  name: secretSetterRoleId
  properties: {
    roleName: 'Remote assistance deployer ${uniqueString(groupId)}'
    description: 'Sets secrets and sees their names, but reads none. For whoever deploys the remote-assistance connector.'
    type: 'CustomRole'
    assignableScopes: [groupId]
    permissions: [
      {
        actions: []
        notActions: []
        dataActions: [
          'Microsoft.KeyVault/vaults/secrets/readMetadata/action'
          'Microsoft.KeyVault/vaults/secrets/setSecret/action'
        ]
        notDataActions: []
      }
    ]
  }
}

resource storageRights 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for roleId in storageRoleIds: {
    scope: storage
    name: guid(storage.id, identityPrincipalId, roleId)
    properties: {
      principalId: identityPrincipalId
      principalType: 'ServicePrincipal'
      roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', roleId)
    }
  }
]

resource telemetryRight 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  scope: insights
  name: guid(insights.id, identityPrincipalId, roles.monitoringMetricsPublisher)
  properties: {
    principalId: identityPrincipalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId(
      'Microsoft.Authorization/roleDefinitions',
      roles.monitoringMetricsPublisher
    )
  }
}

resource vaultRights 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for roleId in vaultRoleIds: {
    scope: vault
    name: guid(vault.id, identityPrincipalId, roleId)
    dependsOn: [vaultUser]
    properties: {
      principalId: identityPrincipalId
      principalType: 'ServicePrincipal'
      roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', roleId)
    }
  }
]

resource deployerRight 'Microsoft.Authorization/roleAssignments@2022-04-01' = if (!empty(deployerPrincipalId)) {
  scope: vault
  name: guid(vault.id, deployerPrincipalId, deployerRoleId)
  dependsOn: [secretSetter]
  properties: {
    principalId: deployerPrincipalId
    principalType: deployerPrincipalType
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', deployerRoleId)
  }
}

@description('Name of the virtual network')
param name string

@description('Region')
param location string

@description('Tags')
param tags object

@description('Name of the storage account')
param storageName string

@description('Name of the vault')
param vaultName string

var storageDomain = environment().suffixes.storage
// Public: vault.azure.net and vaultcore.azure.net.
var vaultDomain = replace(environment().suffixes.keyvaultDns, '.vault.', 'vaultcore.')

resource storage 'Microsoft.Storage/storageAccounts@2025-01-01' existing = {
  name: storageName
}

resource vault 'Microsoft.KeyVault/vaults@2024-11-01' existing = {
  name: vaultName
}

resource network 'Microsoft.Network/virtualNetworks@2024-07-01' = {
  name: name
  location: location
  tags: tags
  properties: {
    addressSpace: {
      addressPrefixes: ['10.20.0.0/23']
    }
    subnets: [
      {
        name: 'app'
        properties: {
          addressPrefix: '10.20.0.0/24'
          delegations: [
            {
              name: 'flex'
              properties: {
                serviceName: 'Microsoft.App/environments'
              }
            }
          ]
        }
      }
      {
        name: 'endpoints'
        properties: {
          addressPrefix: '10.20.1.0/24'
          privateEndpointNetworkPolicies: 'Enabled'
          defaultOutboundAccess: false
        }
      }
    ]
  }

  resource appSubnet 'subnets' existing = {
    name: 'app'
  }

  resource endpointSubnet 'subnets' existing = {
    name: 'endpoints'
  }
}

var targets = [
  { name: 'blob', id: storage.id, group: 'blob', zone: 'privatelink.blob.${storageDomain}' }
  { name: 'queue', id: storage.id, group: 'queue', zone: 'privatelink.queue.${storageDomain}' }
  { name: 'table', id: storage.id, group: 'table', zone: 'privatelink.table.${storageDomain}' }
  { name: 'vault', id: vault.id, group: 'vault', zone: 'privatelink.${vaultDomain}' }
]

module endpoint 'private-endpoint.bicep' = [
  for target in targets: {
    name: 'endpoint-${target.name}'
    params: {
      name: 'pe-${target.name}-${name}'
      location: location
      tags: tags
      targetId: target.id
      groupId: target.group
      zoneName: target.zone
      networkId: network.id
      subnetId: network::endpointSubnet.id
    }
  }
]

@description('Subnet for what the app calls')
output appSubnetId string = network::appSubnet.id

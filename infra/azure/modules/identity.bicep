@description('Name of the identity')
param name string

@description('Region')
param location string

@description('Tags')
param tags object

resource identity 'Microsoft.ManagedIdentity/userAssignedIdentities@2024-11-30' = {
  name: name
  location: location
  tags: tags
}

@description('Name of the identity')
output name string = identity.name

@description('Its object id')
output principalId string = identity.properties.principalId

@description('Its client id')
output clientId string = identity.properties.clientId

// What the connector needs in Entra, for whoever prefers Bicep to infra/azure/hooks/entra.ts, which does the same.
// Deployed before the rest (without the identity and the address, which are not known yet), and once more after it.
targetScope = 'subscription'

extension microsoftGraphV1

@minLength(1)
@maxLength(40)
@description('Name of the environment, as in main.bicep')
param environmentName string

@description('Address of the connector: the output CONNECTOR_URL. Empty: not known yet')
param connectorUrl string = ''

@description('Object id of the identity: the output IDENTITY_PRINCIPAL_ID. Empty: not known yet')
param identityPrincipalId string = ''

@allowed(['on', 'off'])
@description('People need the Intune permission besides the app role')
param intuneRbac string = 'off'

@description('Users are told by Teams')
param usesTeams bool = false

var registration = loadJsonContent('registration.json')
var uniqueName = 'remote-assistance-${environmentName}'
var needsIntune = intuneRbac == 'on' && !empty(identityPrincipalId)
var identityRoles = concat(registration.graph.identityRoles, usesTeams ? [registration.graph.teamsRole] : [])
var api = {
  requestedAccessTokenVersion: 2
  oauth2PermissionScopes: registration.scopes
}
var intuneScope = filter(
  graph.oauth2PermissionScopes,
  scope => scope.value == registration.graph.intuneRbacScope
)[0]

resource graph 'Microsoft.Graph/servicePrincipals@v1.0' existing = {
  appId: registration.graph.appId
}

resource application 'Microsoft.Graph/applications@v1.0' = {
  uniqueName: uniqueName
  displayName: 'Remote assistance (${environmentName})'
  signInAudience: 'AzureADMyOrg'
  api: api
  appRoles: registration.appRoles
  requiredResourceAccess: intuneRbac == 'off' ? [] : [
    {
      resourceAppId: registration.graph.appId
      resourceAccess: [
        {
          id: intuneScope.id
          type: 'Scope'
        }
      ]
    }
  ]
}

resource principal 'Microsoft.Graph/servicePrincipals@v1.0' = {
  appId: application.appId
}

resource portal 'Microsoft.Graph/applications@v1.0' = {
  uniqueName: '${uniqueName}-portal'
  displayName: 'Remote assistance portal (${environmentName})'
  signInAudience: 'AzureADMyOrg'
  spa: {
    redirectUris: empty(connectorUrl) ? [] : ['${connectorUrl}/portal']
  }
  requiredResourceAccess: [
    {
      resourceAppId: application.appId
      resourceAccess: [
        {
          id: registration.scopes[0].id
          type: 'Scope'
        }
      ]
    }
  ]
}

resource portalPrincipal 'Microsoft.Graph/servicePrincipals@v1.0' = {
  appId: portal.appId
}

// Its own id and the portal's are known only now.
resource applicationWithIds 'Microsoft.Graph/applications@v1.0' = {
  uniqueName: uniqueName
  displayName: application.displayName
  signInAudience: 'AzureADMyOrg'
  identifierUris: ['api://${application.appId}']
  appRoles: registration.appRoles
  requiredResourceAccess: application.requiredResourceAccess
  api: {
    requestedAccessTokenVersion: 2
    oauth2PermissionScopes: registration.scopes
    // Nobody is asked whether the portal may call its own API.
    preAuthorizedApplications: [
      {
        appId: portal.appId
        delegatedPermissionIds: [registration.scopes[0].id]
      }
    ]
  }
}

resource identityRole 'Microsoft.Graph/appRoleAssignedTo@v1.0' = [
  for role in (empty(identityPrincipalId) ? [] : identityRoles): {
    principalId: identityPrincipalId
    resourceId: graph.id
    appRoleId: filter(graph.appRoles, known => known.value == role)[0].id
  }
]

// The identity speaks for the registration, so that no secret is kept.
resource identityCredential 'Microsoft.Graph/applications/federatedIdentityCredentials@v1.0' = if (needsIntune) {
  name: '${application.uniqueName}/connector-identity'
  issuer: '${environment().authentication.loginEndpoint}${tenant().tenantId}/v2.0'
  subject: identityPrincipalId
  audiences: ['api://AzureADTokenExchange']
}

resource intuneConsent 'Microsoft.Graph/oauth2PermissionGrants@v1.0' = if (needsIntune) {
  clientId: principal.id
  resourceId: graph.id
  consentType: 'AllPrincipals'
  scope: registration.graph.intuneRbacScope
}

@description('For API_CLIENT_ID')
output API_CLIENT_ID string = application.appId

@description('For PORTAL_CLIENT_ID')
output PORTAL_CLIENT_ID string = portal.appId

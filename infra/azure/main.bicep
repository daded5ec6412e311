targetScope = 'subscription'

// Who, where, by whom

@minLength(1)
@maxLength(40)
@description('Name of the environment; names of resources follow from it')
param environmentName string

@minLength(1)
@description('Region of all resources; one that has Flex Consumption')
param location string

@description('Object id of whoever deploys: may set the two secrets, but not read any. Empty: nobody may')
param principalId string = ''

@allowed(['User', 'Group', 'ServicePrincipal'])
@description('What the deployer is')
param principalType string = 'User'

// What the app must be told

@minLength(36)
@maxLength(36)
@description('Client id of the Entra app registration of this API')
param apiClientId string

@description('Client id of the single-page application that people sign in to the portal with. Empty: the API\'s own registration')
param portalClientId string = ''

@minLength(1)
@description('Client id of the TeamViewer app. Its secret never is a parameter')
param teamviewerClientId string

@minLength(1)
@maxLength(100)
@description('Name of the company, shown to users')
param organizationName string

// What it may be told

@description('How browsers reach the app, when it has a name of its own. Empty: its azurewebsites.net name')
param publicUrl string = ''

@description('Language of users where nobody names one. Empty: en')
param defaultLanguage string = ''

@description('Client ids that may call, with commas between them. Empty: any of the tenant')
param allowedClients string = ''

@description('Front ends on other origins, with commas between them. Empty: none')
param allowedOrigins string = ''

@description('Version of the terms that an administrator accepts. Empty: 1')
param termsVersion string = ''

@description('Address of these terms. Empty: TeamViewer\'s EULA')
param termsUrl string = ''

@description('Sessions on corporate-owned Android')
param allowCorporateAndroid bool = false

@allowed(['on', 'off'])
@description('People need the Intune permission besides the app role')
param intuneRbac string = 'off'

@description('Users read the first name of the person who asks')
param showAgentName bool = false

@description('Mailbox that e-mails to users come from. Empty: no e-mails')
param mailSender string = ''

@description('Id of the Teams app that users are told by. Empty: no Teams')
param teamsAppId string = ''

@description('In which order users are asked. Empty: companyPortal,teams,email')
param notificationChannels string = ''

@minValue(1)
@maxValue(1440)
@description('Life of an unanswered session')
param sessionMinutes int = 60

@minValue(1)
@maxValue(3650)
@description('Days after which sessions are deleted')
param sessionRetentionDays int = 90

@minValue(1)
@maxValue(120)
@description('Months after which audit entries are deleted')
param auditRetentionMonths int = 24

@description('A request for a session must say its reason')
param requireReason bool = false

@description('Regular expression that tickets must match. Empty: no ticket is required')
param ticketPattern string = ''

@allowed(['ignore', 'warn', 'require-reason', 'block'])
@description('What a device leads to that Intune calls not compliant')
param compliance string = 'ignore'

@description('When users are not notified, such as 22:00-06:00 Europe/Paris. Empty: never')
param quietHours string = ''

@description('Address of Microsoft Graph. Empty: that of the public cloud')
param graphUrl string = ''

@description('Address of TeamViewer\'s consent page. Empty: its usual one')
param teamviewerLoginUrl string = ''

@description('Address of TeamViewer\'s API. Empty: its usual one')
param teamviewerApiUrl string = ''

// How it is run

@allowed([512, 2048, 4096])
@description('Memory of an instance; 2048 comes with one core')
param instanceMemoryMB int = 2048

@minValue(40)
@maxValue(1000)
@description('Most instances')
param maximumInstanceCount int = 40

@minValue(0)
@maxValue(20)
@description('Instances kept ready for requests: no cold start, for a price')
param alwaysReadyInstances int = 0

@description('Spread over the zones of the region, storage too')
param zoneRedundant bool = false

@description('Storage and vault are reached through a virtual network alone')
param privateNetwork bool = false

@description('With privateNetwork: the address (CIDR) from which the vault is reached to set its secrets. Empty: from within the network alone')
param deployerIpRange string = ''

@description('Define roles that allow what the app does and no more. false: the nearest built-in roles, for deployers who may not define any')
param customRoles bool = true

@minValue(0)
@maxValue(146000)
@description('Days in which nobody, the app included, can change the seals of the audit. 0: no such policy')
param sealRetentionDays int = 0

@description('Who is told by e-mail when an alert fires. Empty: alerts are seen in Azure Monitor only')
param alertEmail string = ''

@minValue(30)
@maxValue(730)
@description('Days for which logs are kept')
param logRetentionDays int = 30

@minValue(1)
@description('Most GB of logs a day')
param logDailyGB int = 1

var token = uniqueString(subscription().id, environmentName, location)
var tags = { 'azd-env-name': environmentName }

resource group 'Microsoft.Resources/resourceGroups@2025-04-01' = {
  name: 'rg-${environmentName}'
  location: location
  tags: tags
}

module identity 'modules/identity.bicep' = {
  name: 'identity'
  scope: group
  params: {
    name: 'id-${token}'
    location: location
    tags: tags
  }
}

module monitoring 'modules/monitoring.bicep' = {
  name: 'monitoring'
  scope: group
  params: {
    workspaceName: 'log-${token}'
    insightsName: 'appi-${token}'
    location: location
    tags: tags
    retentionDays: logRetentionDays
    dailyGB: logDailyGB
  }
}

module storage 'modules/storage.bicep' = {
  name: 'storage'
  scope: group
  params: {
    name: 'st${token}'
    location: location
    tags: tags
    zoneRedundant: zoneRedundant
    privateNetwork: privateNetwork
    sealRetentionDays: sealRetentionDays
  }
}

module vault 'modules/vault.bicep' = {
  name: 'vault'
  scope: group
  params: {
    name: 'kv-${token}'
    location: location
    tags: tags
    privateNetwork: privateNetwork
    deployerIpRange: deployerIpRange
  }
}

module network 'modules/network.bicep' = if (privateNetwork) {
  name: 'network'
  scope: group
  params: {
    name: 'vnet-${token}'
    location: location
    tags: tags
    storageName: storage.outputs.name
    vaultName: vault.outputs.name
  }
}

module access 'modules/access.bicep' = {
  name: 'access'
  scope: group
  params: {
    identityPrincipalId: identity.outputs.principalId
    deployerPrincipalId: principalId
    deployerPrincipalType: principalType
    storageName: storage.outputs.name
    vaultName: vault.outputs.name
    insightsName: monitoring.outputs.insightsName
    customRoles: customRoles
  }
}

module diagnostics 'modules/diagnostics.bicep' = {
  name: 'diagnostics'
  scope: group
  params: {
    storageName: storage.outputs.name
    vaultName: vault.outputs.name
    workspaceId: monitoring.outputs.workspaceId
  }
}

module app 'modules/app.bicep' = {
  name: 'app'
  scope: group
  // An app that starts before its rights would log failures until they work.
  dependsOn: [access]
  params: {
    name: 'func-${token}'
    planName: 'plan-${token}'
    location: location
    tags: tags
    identityName: identity.outputs.name
    storageName: storage.outputs.name
    packageContainerName: storage.outputs.packageContainerName
    insightsName: monitoring.outputs.insightsName
    subnetId: privateNetwork ? network.outputs.appSubnetId : ''
    instanceMemoryMB: instanceMemoryMB
    maximumInstanceCount: maximumInstanceCount
    alwaysReadyInstances: alwaysReadyInstances
    zoneRedundant: zoneRedundant
    settings: settings
  }
}

module alerts 'modules/alerts.bicep' = {
  name: 'alerts'
  scope: group
  params: {
    location: location
    tags: tags
    insightsName: monitoring.outputs.insightsName
    email: alertEmail
  }
}

module workbook 'modules/workbook.bicep' = {
  name: 'workbook'
  scope: group
  params: {
    location: location
    tags: tags
    insightsName: monitoring.outputs.insightsName
  }
}

// Empty counts as not set.
var settings = {
  TENANT_ID: subscription().tenantId
  API_CLIENT_ID: apiClientId
  PORTAL_CLIENT_ID: portalClientId
  ALLOWED_CLIENTS: allowedClients
  ENTRA_URL: environment().authentication.loginEndpoint
  GRAPH_URL: graphUrl
  TEAMVIEWER_LOGIN_URL: teamviewerLoginUrl
  TEAMVIEWER_API_URL: teamviewerApiUrl
  TEAMVIEWER_CLIENT_ID: teamviewerClientId
  KEY_VAULT_URL: vault.outputs.url
  PUBLIC_URL: publicUrl
  ORGANIZATION_NAME: organizationName
  DEFAULT_LANGUAGE: defaultLanguage
  TERMS_VERSION: termsVersion
  TERMS_URL: termsUrl
  ALLOW_CORPORATE_ANDROID: allowCorporateAndroid ? 'true' : 'false'
  INTUNE_RBAC: intuneRbac
  SHOW_AGENT_NAME: showAgentName ? 'true' : 'false'
  SESSION_MINUTES: string(sessionMinutes)
  SESSION_RETENTION_DAYS: string(sessionRetentionDays)
  AUDIT_RETENTION_MONTHS: string(auditRetentionMonths)
  ALLOWED_ORIGINS: allowedOrigins
  MAIL_SENDER: mailSender
  TEAMS_APP_ID: teamsAppId
  NOTIFICATION_CHANNELS: notificationChannels
  REQUIRE_REASON: requireReason ? 'true' : 'false'
  TICKET_PATTERN: ticketPattern
  COMPLIANCE: compliance
  QUIET_HOURS: quietHours
}

var url = empty(publicUrl) ? app.outputs.url : publicUrl

@description('Resource group of everything')
output AZURE_RESOURCE_GROUP string = group.name

@description('Name of the function app')
output CONNECTOR_NAME string = app.outputs.name

@description('How browsers reach the connector')
output CONNECTOR_URL string = url

@description('The redirect address that the TeamViewer app needs')
output TEAMVIEWER_REDIRECT_URL string = '${url}/api/connector/callback'

@description('The redirect address that the portal\'s registration needs')
output PORTAL_REDIRECT_URL string = '${url}/portal'

@description('The vault that the two secrets belong in')
output KEY_VAULT_NAME string = vault.outputs.name

@description('Object id of the identity, for its rights in Microsoft Graph')
output IDENTITY_PRINCIPAL_ID string = identity.outputs.principalId

@description('Client id of the identity, for Exchange and Teams')
output IDENTITY_CLIENT_ID string = identity.outputs.clientId

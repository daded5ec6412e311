@description('Name of the Log Analytics workspace')
param workspaceName string

@description('Name of Application Insights')
param insightsName string

@description('Region')
param location string

@description('Tags')
param tags object

@description('Days for which logs are kept')
param retentionDays int

@description('Most GB of logs a day')
param dailyGB int

resource workspace 'Microsoft.OperationalInsights/workspaces@2025-02-01' = {
  name: workspaceName
  location: location
  tags: tags
  properties: {
    sku: {
      name: 'PerGB2018'
    }
    retentionInDays: retentionDays
    workspaceCapping: {
      dailyQuotaGb: dailyGB
    }
    features: {
      disableLocalAuth: true
      enableLogAccessUsingOnlyResourcePermissions: true
    }
  }
}

resource insights 'Microsoft.Insights/components@2020-02-02' = {
  name: insightsName
  location: location
  tags: tags
  kind: 'web'
  properties: {
    Application_Type: 'web'
    WorkspaceResourceId: workspace.id
    IngestionMode: 'LogAnalytics'
    DisableLocalAuth: true
    DisableIpMasking: false
  }
}

@description('Id of the workspace')
output workspaceId string = workspace.id

@description('Name of Application Insights')
output insightsName string = insights.name

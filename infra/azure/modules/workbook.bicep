@description('Region')
param location string

@description('Tags')
param tags object

@description('Name of Application Insights')
param insightsName string

resource insights 'Microsoft.Insights/components@2020-02-02' existing = {
  name: insightsName
}

var charts = [
  {
    title: 'Age of the token set and of the last seal'
    query: loadTextContent('../queries/connection-and-seals.kql')
    shape: 'linechart'
  }
  {
    title: 'How work ended, by function'
    query: loadTextContent('../queries/outcomes-by-function.kql')
    shape: 'table'
  }
  {
    title: 'Notifications, by channel'
    query: loadTextContent('../queries/notifications.kql')
    shape: 'table'
  }
  {
    title: 'Services that were asked'
    query: loadTextContent('../queries/calls-by-service.kql')
    shape: 'table'
  }
  {
    title: 'Deliveries of webhooks'
    query: loadTextContent('../queries/deliveries.kql')
    shape: 'table'
  }
  {
    title: 'Runs of functions'
    query: loadTextContent('../queries/requests-by-function.kql')
    shape: 'table'
  }
]

// A workbook's own format: 9 is a choice, 3 a query.
var content = {
  version: 'Notebook/1.0'
  items: concat(
    [
      {
        type: 9
        name: 'time'
        content: {
          version: 'KqlParameterItem/1.0'
          style: 'pills'
          parameters: [
            {
              id: guid(insights.id, 'time')
              version: 'KqlParameterItem/1.0'
              name: 'time'
              label: 'Time'
              type: 4
              value: { durationMs: 86400000 }
              typeSettings: {
                selectableValues: [
                  { durationMs: 3600000 }
                  { durationMs: 86400000 }
                  { durationMs: 604800000 }
                  { durationMs: 2592000000 }
                ]
              }
            }
          ]
        }
      }
    ],
    map(charts, chart => {
      type: 3
      name: chart.title
      content: {
        version: 'KqlItem/1.0'
        query: chart.query
        size: 0
        title: chart.title
        timeContextFromParameter: 'time'
        queryType: 0
        resourceType: 'microsoft.insights/components'
        visualization: chart.shape
      }
    })
  )
  fallbackResourceIds: [insights.id]
}

resource workbook 'Microsoft.Insights/workbooks@2023-06-01' = {
  name: guid(insights.id, 'workbook')
  location: location
  tags: tags
  kind: 'shared'
  properties: {
    displayName: 'Remote assistance connector'
    category: 'workbook'
    sourceId: insights.id
    serializedData: string(content)
    version: 'Notebook/1.0'
  }
}

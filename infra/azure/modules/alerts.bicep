@description('Region')
param location string

@description('Tags')
param tags object

@description('Name of Application Insights, which has the app\'s log lines')
param insightsName string

@description('Who is told by e-mail. Empty: nobody')
param email string

resource insights 'Microsoft.Insights/components@2020-02-02' existing = {
  name: insightsName
}

resource people 'Microsoft.Insights/actionGroups@2023-01-01' = if (!empty(email)) {
  name: 'ag-remote-assistance'
  location: 'global'
  tags: tags
  properties: {
    enabled: true
    groupShortName: 'remoteassist'
    emailReceivers: [
      {
        name: 'operators'
        emailAddress: email
        useCommonAlertSchema: true
      }
    ]
  }
}

// What each means and what to do: docs/monitoring.md. Each is looked at every quarter of an hour: more often costs more than the rest
// of the connector. A query has rows while something is wrong.
var rules = [
  {
    name: 'needs-consent'
    title: 'TeamViewer needs consent again'
    query: loadTextContent('../queries/needs-consent.kql')
    severity: 1
    window: 'PT15M'
  }
  {
    name: 'poison-messages'
    title: 'Messages were given up'
    query: loadTextContent('../queries/poison-messages.kql')
    severity: 1
    // Lines come some minutes late: one at the end of a window must not fall between two.
    window: 'PT30M'
  }
  {
    name: 'dependency-failures'
    title: 'A service fails'
    query: loadTextContent('../queries/dependency-failures.kql')
    severity: 2
    window: 'PT15M'
  }
  {
    name: 'refresh-age'
    title: 'Tokens are not refreshed'
    query: loadTextContent('../queries/refresh-age.kql')
    severity: 2
    window: 'PT30M'
  }
  {
    name: 'seal-age'
    title: 'The audit is not sealed'
    query: loadTextContent('../queries/seal-age.kql')
    severity: 2
    window: 'PT30M'
  }
]

resource alert 'Microsoft.Insights/scheduledQueryRules@2023-12-01' = [
  for rule in rules: {
    name: rule.name
    location: location
    tags: tags
    kind: 'LogAlert'
    properties: {
      displayName: rule.title
      description: 'What to do: docs/monitoring.md of the remote-assistance connector.'
      enabled: true
      severity: rule.severity
      scopes: [insights.id]
      evaluationFrequency: 'PT15M'
      windowSize: rule.window
      autoMitigate: true
      // The queries name columns of lines that a new deployment has not written yet.
      skipQueryValidation: true
      criteria: {
        allOf: [
          {
            query: rule.query
            timeAggregation: 'Count'
            operator: 'GreaterThan'
            threshold: 0
            failingPeriods: {
              numberOfEvaluationPeriods: 1
              minFailingPeriodsToAlert: 1
            }
          }
        ]
      }
      actions: {
        actionGroups: empty(email) ? [] : [people.id]
      }
    }
  }
]

# Finds a device, requests a session on it, looks at it, closes it, reads what the audit says.
# Needs PowerShell 7 and the variables of README.md. The application needs the roles RemoteAssistance.Request and .Read.
param([Parameter(Mandatory)] [string] $DeviceName, [string] $Ticket = "INC0012345")
$ErrorActionPreference = "Stop"

$grant = @{
  grant_type    = "client_credentials"
  client_id     = $env:CLIENT_ID
  client_secret = $env:CLIENT_SECRET
  scope         = $env:SCOPE
}
$token = (Invoke-RestMethod -Method Post -Uri $env:TOKEN_URL -Body $grant).access_token
$headers = @{ Authorization = "Bearer $token" }
$connector = $env:CONNECTOR_URL

$search = [uri]::EscapeDataString($DeviceName)
$devices = Invoke-RestMethod -Method Get -Uri "$connector/api/devices?search=$search" -Headers $headers
if ($devices.value.Count -eq 0) { throw "Intune has no device called $DeviceName" }
$device = $devices.value[0]
if (-not $device.eligibility.eligible) { throw ($device.eligibility.reasons.text -join " ") }

# The same key asks for the same session: after a broken connection, send the same again.
$headers["Idempotency-Key"] = "$Ticket-$($device.id)"
$body = @{ deviceId = $device.id; ticket = $Ticket; reason = "Mail does not open" } | ConvertTo-Json
try {
  $session = Invoke-RestMethod -Method Post -Uri "$connector/api/sessions" -Headers $headers -ContentType "application/json" -Body $body
} catch {
  # RFC 9457: the code is stable, the detail says what to do.
  $problem = $_.ErrorDetails.Message | ConvertFrom-Json
  throw "$($problem.code): $($problem.detail)"
}
$headers.Remove("Idempotency-Key")
"Session $($session.id), match code $($session.matchCode)"
"Join: $($session.supporterUrl)"
"For the user: $($session.endCustomerUrl)"

$session = Invoke-RestMethod -Method Get -Uri "$connector/api/sessions/$($session.id)" -Headers $headers
"Now $($session.state), notification $($session.notification.state)"
$session = Invoke-RestMethod -Method Post -Uri "$connector/api/sessions/$($session.id)/close" -Headers $headers
"Now $($session.state)"

$audit = Invoke-RestMethod -Method Get -Uri "$connector/api/audit?session=$($session.id)" -Headers $headers
$audit.value | Format-Table at, action, phase, result

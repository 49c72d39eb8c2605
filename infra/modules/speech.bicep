metadata description = 'Azure Speech in one region: hears and speaks.'

param name string
param location string
param tags object
param isPrivate bool

resource speech 'Microsoft.CognitiveServices/accounts@2024-10-01' = {
  name: name
  location: location
  tags: tags
  kind: 'SpeechServices'
  sku: { name: 'S0' }
  identity: { type: 'SystemAssigned' }
  properties: {
    // Signing in by identity asks for a name of its own.
    customSubDomainName: name
    disableLocalAuth: true
    publicNetworkAccess: isPrivate ? 'Disabled' : 'Enabled'
    networkAcls: { defaultAction: isPrivate ? 'Deny' : 'Allow' }
  }
}

output id string = speech.id
output name string = speech.name
output endpoint string = 'https://${name}.cognitiveservices.azure.com'

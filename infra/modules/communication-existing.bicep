metadata description = 'The facts of a Communication Services resource that exists, in the scope it is deployed to.'

param name string

resource service 'Microsoft.Communication/communicationServices@2023-04-01' existing = {
  name: name
}

output id string = service.id
output name string = service.name
output endpoint string = 'https://${service.properties.hostName}'
output immutableId string = service.properties.immutableResourceId

metadata description = 'The SIP edge on a virtual machine: SIP and RTP need a public address and a range of UDP ports, which Container Apps does not give.'

param name string
param location string
param tags object
param sshPublicKey string

@description('SIP signalling and media are let in from these only: the SBCs. Empty: from nowhere, until somebody says from where.')
param sbcAddresses array = []

@description('Addresses that may sign in by SSH.')
param adminAddresses array = []

@description('First and last UDP port of the media: EDGE_RTP_PORTS of the program (sip-edge/README.md).')
param mediaPorts string = '49152-53247'

resource guard 'Microsoft.Network/networkSecurityGroups@2023-11-01' = {
  name: 'nsg-${name}-edge'
  location: location
  tags: tags
  properties: {
    securityRules: concat(
      empty(sbcAddresses)
        ? []
        : [
            {
              name: 'sip-tls'
              properties: {
                priority: 100
                direction: 'Inbound'
                access: 'Allow'
                protocol: 'Tcp'
                sourceAddressPrefixes: sbcAddresses
                sourcePortRange: '*'
                destinationAddressPrefix: '*'
                destinationPortRange: '5061'
              }
            }
            {
              name: 'media'
              properties: {
                priority: 110
                direction: 'Inbound'
                access: 'Allow'
                protocol: 'Udp'
                sourceAddressPrefixes: sbcAddresses
                sourcePortRange: '*'
                destinationAddressPrefix: '*'
                destinationPortRange: mediaPorts
              }
            }
          ],
      empty(adminAddresses)
        ? []
        : [
            {
              name: 'ssh'
              properties: {
                priority: 120
                direction: 'Inbound'
                access: 'Allow'
                protocol: 'Tcp'
                sourceAddressPrefixes: adminAddresses
                sourcePortRange: '*'
                destinationAddressPrefix: '*'
                destinationPortRange: '22'
              }
            }
          ],
      [
        {
          // Call Automation and the keys of its tokens, for functions and bridge: each request is signed. A proxy on the machine ends the TLS.
          name: 'call-automation'
          properties: {
            priority: 130
            direction: 'Inbound'
            access: 'Allow'
            protocol: 'Tcp'
            sourceAddressPrefix: 'AzureCloud'
            sourcePortRange: '*'
            destinationAddressPrefix: '*'
            destinationPortRange: '443'
          }
        }
      ]
    )
  }
}

resource network 'Microsoft.Network/virtualNetworks@2023-11-01' = {
  name: 'vnet-${name}-edge'
  location: location
  tags: tags
  properties: {
    addressSpace: { addressPrefixes: ['10.30.0.0/24'] }
    subnets: [
      {
        name: 'edge'
        properties: { addressPrefix: '10.30.0.0/26', networkSecurityGroup: { id: guard.id } }
      }
    ]
  }
}

resource address 'Microsoft.Network/publicIPAddresses@2023-11-01' = {
  name: 'pip-${name}-edge'
  location: location
  tags: tags
  sku: { name: 'Standard' }
  properties: {
    publicIPAllocationMethod: 'Static'
    dnsSettings: { domainNameLabel: 'edge-${name}-${take(uniqueString(resourceGroup().id), 6)}' }
  }
}

resource card 'Microsoft.Network/networkInterfaces@2023-11-01' = {
  name: 'nic-${name}-edge'
  location: location
  tags: tags
  properties: {
    ipConfigurations: [
      {
        name: 'edge'
        properties: {
          subnet: { id: '${network.id}/subnets/edge' }
          privateIPAllocationMethod: 'Dynamic'
          publicIPAddress: { id: address.id }
        }
      }
    ]
  }
}

resource machine 'Microsoft.Compute/virtualMachines@2024-03-01' = {
  name: 'vm-${name}-edge'
  location: location
  tags: tags
  identity: { type: 'SystemAssigned' }
  properties: {
    hardwareProfile: { vmSize: 'Standard_F4s_v2' }
    securityProfile: {
      securityType: 'TrustedLaunch'
      uefiSettings: { secureBootEnabled: true, vTpmEnabled: true }
    }
    storageProfile: {
      imageReference: { publisher: 'Debian', offer: 'debian-12', sku: '12-gen2', version: 'latest' }
      osDisk: {
        createOption: 'FromImage'
        managedDisk: { storageAccountType: 'Premium_LRS' }
        deleteOption: 'Delete'
      }
    }
    osProfile: {
      computerName: 'edge'
      adminUsername: 'trunkline'
      linuxConfiguration: {
        disablePasswordAuthentication: true
        ssh: { publicKeys: [{ path: '/home/trunkline/.ssh/authorized_keys', keyData: sshPublicKey }] }
      }
    }
    networkProfile: { networkInterfaces: [{ id: card.id, properties: { deleteOption: 'Delete' } }] }
  }
}

output host string = address.properties.dnsSettings.fqdn

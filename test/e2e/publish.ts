/** A foreign MQTT client: mosquitto_pub where it is installed, else a few bytes written to a socket by mqtt-packet. */
import { execFile, spawnSync } from 'node:child_process'
import { connect } from 'node:net'
import { promisify } from 'node:util'
import mqttPacket from 'mqtt-packet'

const run = promisify(execFile)
const hasMosquitto = spawnSync('mosquitto_pub', ['--help'], { stdio: 'ignore' }).error === undefined

/** Publishes one message with QoS 1 and returns once the broker has acknowledged it. */
export async function publish(port: number, topic: string, payload: string | Buffer): Promise<void> {
  if (!hasMosquitto || Buffer.isBuffer(payload)) return publishRaw(port, topic, payload)
  await run('mosquitto_pub', ['-h', '127.0.0.1', '-p', `${port}`, '-q', '1', '-t', topic, '-m', payload])
}

function publishRaw(port: number, topic: string, payload: string | Buffer): Promise<void> {
  const socket = connect(port, '127.0.0.1')
  const parser = mqttPacket.parser()
  socket.on('data', (chunk) => parser.parse(chunk))
  return new Promise((done, fail) => {
    socket.once('error', fail)
    socket.once('close', () => fail(new Error('the broker closed the connection')))
    parser.on('packet', (packet) => {
      if (packet.cmd === 'connack') {
        socket.write(
          mqttPacket.generate({ cmd: 'publish', topic, payload, qos: 1, messageId: 1, dup: false, retain: false }),
        )
      } else if (packet.cmd === 'puback') {
        socket.removeAllListeners('close')
        socket.end(mqttPacket.generate({ cmd: 'disconnect' }))
        done()
      }
    })
    socket.write(
      mqttPacket.generate({
        cmd: 'connect',
        clientId: `foreign-${process.pid}-${Date.now()}`,
        clean: true,
        keepalive: 30,
      }),
    )
  })
}

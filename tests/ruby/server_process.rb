# SPDX-License-Identifier: MIT
# frozen_string_literal: true

require 'fileutils'
require 'jwt'
require 'net/http'
require 'rbconfig'

# A temporary folder with a secret and a plugins folder, for servers with different configurations.
class Sandbox
  SECRET = 'a secret of more than thirty-two bytes'

  attr_reader :folder

  # `plugins`: paths of the plugins that are linked into the plugins folder.
  def initialize(*plugins)
    @folder = Dir.mktmpdir('gateway-ruby')
    Dir.mkdir(path('plugins'))
    plugins.each { |plugin| FileUtils.ln_s(plugin, path('plugins')) }
    File.write(path('jwt.secret'), "#{SECRET}\n")
  end

  def path(name)
    File.join(@folder, name)
  end

  def config
    {
      'port' => 0,
      'plugins' => { 'folder' => 'plugins',
                     'settings' => { PLUGIN_ID => { 'config' => { 'database' => { 'path' => path('integrations.db') } } } } },
      'authentication' => { 'demo' => true, 'jwt' => { 'secretFile' => 'jwt.secret', 'anyAudience' => true } },
      'organizations' => [{ 'id' => 'acme', 'title' => 'Acme Corporation', 'country' => 'AT' }]
    }
  end

  # The block may change the configuration.
  def start
    changed = config.tap { |config| yield(config) if block_given? }
    File.write(path('gateway.json'), JSON.generate(changed))
    ServerProcess.new('--config', path('gateway.json'))
  end

  def token(claims, secret: SECRET, algorithm: 'HS256', header: {})
    JWT.encode({ 'exp' => Time.now.to_i + 300 }.merge(claims), secret, algorithm, header)
  end

  def remove
    FileUtils.remove_entry(@folder)
  end
end

# Runs the server as a process: sends it requests over HTTP, stops it by its process ID.
class ServerProcess
  PATIENCE = 60 # Seconds.

  attr_reader :uri, :log

  # Returns when the server is ready, or when it has ended without serving.
  def initialize(*arguments)
    @log = +''
    @serving = Queue.new
    input, output = IO.pipe
    @pid = spawn(RbConfig.ruby, '-W', SERVER, *arguments, out: output, err: output)
    output.close
    @reader = Thread.new { read(input) }
    @waiter = Process.detach(@pid)
    Thread.new { sleep(PATIENCE) && @serving << nil }
    @uri = @serving.pop
  end

  # Returns the `Process::Status`.
  def status
    @waiter.value.tap { @reader.join }
  end

  def stop(signal = 'TERM')
    Process.kill(signal, @pid) if @waiter.alive?
    status
  end

  def post(body, headers = {})
    text = body.is_a?(String) ? body : JSON.generate(body)
    Net::HTTP.post(@uri, text, { 'content-type' => 'application/json' }.merge(headers))
  end

  def query(text, variables = {}, headers = {})
    JSON.parse(post({ query: text, variables: variables }, headers).body)
  end

  # Returns the data of an answer that must have no errors.
  def data(text, variables = {}, headers = {})
    result = query(text, variables, headers)
    raise result['errors'].inspect if result['errors']

    result['data']
  end

  private

  def read(input)
    input.each_line do |line|
      next if line.include?('warning:') && !line.include?(ROOT) # From a package, not from this project.

      @log << line
      @serving << URI(line[/http:\S+/]) if line.include?('serving http')
    end
    @serving << nil
  end
end

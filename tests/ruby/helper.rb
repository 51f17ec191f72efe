# SPDX-License-Identifier: MIT
# frozen_string_literal: true

require 'json'
require 'tmpdir'
require_relative 'tap'

ROOT = File.expand_path('../..', __dir__)
BUILD = File.expand_path(ENV.fetch('BUILD', 'build'), ROOT)
PLUGIN = File.join(BUILD, 'plugin/integrations.so')
PLUGIN_ID = 'org.gql-integrations.integrations'
UNRULY = File.join(BUILD, 'tests/ruby/unruly.so')
HELLO = File.join(BUILD, 'examples/hello/hello.so')
SERVER = File.join(ROOT, 'examples/ruby/server.rb')
ENV['GQL_HOST_LIBRARY'] ||= File.join(BUILD, 'abi/host/libgql_host.so.0.1')
$LOAD_PATH << File.join(ROOT, 'examples/ruby')

require 'gql/library'
require 'gql/runtime'
require 'schema/executable'
require 'schema/merge'

# A plugin loaded in this process, with one instance and the lines that it logged.
class Loaded
  attr_reader :runtime, :library, :instance, :lines

  def initialize(path, **options)
    @lines = []
    log = ->(level, message, trace_id) { @lines << [level, message, trace_id] }
    @runtime = Gql::Runtime.new(name: 'tests', version: '1.0.0', log: log, log_level: Gql::Abi::LOG_DEBUG, **options)
    @library = Gql::Library.new(@runtime, path)
    @instance = @library.create({})
  end

  def plugin
    @library.plugin
  end

  def start(field, arguments = {}, request: Gql::Request.new, tree: nil)
    resolver = plugin.resolvers.find { |each| each.field == field }
    @instance.start(resolver, request, JSON.generate(arguments), tree: tree)
  end

  def close
    @instance.close
    @library.close
  end
end

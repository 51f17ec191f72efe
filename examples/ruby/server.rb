#!/usr/bin/env ruby
# SPDX-License-Identifier: MIT
# frozen_string_literal: true

require 'optparse'
require_relative 'gateway/server'

HELP = <<~TEXT
  Usage: ruby server.rb --config FILE

  Serves GraphQL with the plugins of a folder, on Debian's Ruby. FILE is JSON, which
  #{File.expand_path('../demo-host/config.schema.json', __dir__)} describes.

    GET /health         200 when the server is ready; 503 if a plugin has failed; the log says why
    GET /health/ready   the same
    GET /health/live    200 as long as the process serves
    POST /graphql       the API (GraphQL over HTTP)

  With the setting `metrics`, on an address of its own, by default http://127.0.0.1:9464:

    GET /metrics        numbers for Prometheus
    GET /health/ready   as above, with the reasons; and /health/live

  Ctrl-C or SIGTERM stops the server after it has answered the requests under way.
TEXT

def read_options
  options = {}
  parser = OptionParser.new do |on|
    on.on('--config FILE') { |file| options[:config] = file }
    on.on('-h', '--help') { options[:help] = true }
  end
  raise OptionParser::InvalidArgument, ARGV.first if parser.parse(ARGV).any?

  options
rescue OptionParser::ParseError => e
  warn e.message
  {}
end

options = read_options
if options[:help]
  puts HELP
elsif options[:config].nil?
  warn HELP
  exit 2
else
  begin
    Gateway::Server.run(options[:config])
  rescue Gateway::Config::Invalid, Gql::HostLibrary::Missing, SystemCallError => e
    abort "gateway: #{e.message}"
  end
end

# SPDX-License-Identifier: MIT
# frozen_string_literal: true

require_relative 'config'

module Gateway
  # The addresses on which servers listen.
  module Listener
    # Has a Puma::Server listen on the `host` and `port` of the settings. Returns its URL without a path.
    def self.add(server, settings)
      host, port = settings.values_at('host', 'port')
      url_of(server.add_tcp_listener(host, port).local_address)
    rescue Errno::EADDRINUSE
      raise Config::Invalid, "Port #{port} of #{host} is in use: stop the program that uses it, or set another port"
    end

    def self.url_of(address)
      host = address.ipv6? ? "[#{address.ip_address}]" : address.ip_address
      "http://#{host}:#{address.ip_port}"
    end

    private_class_method :url_of
  end
end

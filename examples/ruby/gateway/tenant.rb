# SPDX-License-Identifier: MIT
# frozen_string_literal: true

require_relative '../gql/instances'
require_relative 'rejection'

module Gateway
  # The organization of a request, where each organization has an instance of the plugins.
  module Tenant
    LONGEST_ID = 128 # Bytes of UTF-8.
    ENCODED = /\A(?:[\w\-.!~*'()]|%\h\h)+\z/.freeze # What JavaScript's encodeURIComponent returns.
    CURE = 'Send the ID of the one organization that the request is about, such as X-Organization: acme'

    # Returns the organization that the header X-Organization names, with percent-encoding. Raises a Rejection without one.
    # Whoever names an organization may do in it what their grants say, which plugins enforce.
    def self.organization(header)
      raise Rejection.new(400, "The header X-Organization is missing. #{CURE}") if header.nil?

      id = ENCODED.match?(header.b) ? header.gsub(/%(\h\h)/) { Regexp.last_match(1).hex.chr }.force_encoding(Encoding::UTF_8) : ''
      return id if id.bytesize.between?(1, LONGEST_ID) && id.valid_encoding? && !id.include?("\0")

      raise Rejection.new(400, "The header X-Organization does not hold an ID of 1 to #{LONGEST_ID} bytes with percent-encoding. " \
                               "#{CURE}, or Caf%C3%A9 for Café")
    end

    # Returns the instances for `plugins.instances` in the configuration, or nil.
    def self.instances(settings)
      return unless settings

      options = { max_idle: settings['maxIdle'], plugins: settings['plugins'] }
      Gql::Instances.new(key: :organization_id.to_proc, config: ->(organization) { { organization: organization } }, **options)
    end
  end
end

# SPDX-License-Identifier: MIT
# frozen_string_literal: true

require 'json'
require_relative '../gql/json_text'
require_relative 'rejection'

module Gateway
  # GraphQL over HTTP (draft of the GraphQL Foundation): media types, parameters, status codes.
  module GraphqlHttp
    RESPONSE = 'application/graphql-response+json'
    JSON_TYPE = 'application/json'
    LARGEST_BODY = 1 << 20 # Bytes.
    MOST_VALUES = 2000 # In variables. An error repeats a value with all that it holds.
    TAKEN = { RESPONSE => RESPONSE, JSON_TYPE => JSON_TYPE, 'application/*' => JSON_TYPE, '*/*' => JSON_TYPE }.freeze

    WEIGHT = /\A(?:0(?:\.\d{0,3})?|1(?:\.0{0,3})?)\z/.freeze # RFC 9110, section 12.4.2.
    CONTENT_TYPE = %r{\Aapplication/json[ \t]*(?:;[ \t]*charset[ \t]*=[ \t]*("?)utf-8\1[ \t]*)?;?\z}i.freeze

    Parameters = ::Struct.new(:query, :variables, :operation_name)

    # Returns the media type of the response: the one that the client prefers.
    def self.media_type(accept)
      return JSON_TYPE if accept.nil? || accept.strip.empty?

      wanted = accept.split(',').map { |range| range.split(';').map(&:strip) }.select { |name, *| TAKEN.key?(name.to_s.downcase) }
      wanted = wanted.map { |name, *options| [name.downcase, quality(options)] }.reject { |_, quality| quality.zero? }
      raise Rejection.new(406, "The response can be #{RESPONSE} or #{JSON_TYPE}") if wanted.empty?

      TAKEN[wanted.max_by.with_index { |(_, quality), i| [quality, -i] }.first]
    end

    def self.quality(options)
      option = options.find { |each| each.match?(/\Aq=/i) }
      return 1.0 unless option

      WEIGHT.match?(option[2..]) ? option[2..].to_f : 0.0 # A malformed weight excludes its range.
    end

    # Reads the body of a POST.
    def self.parameters(env)
      raise Rejection.new(415, "The content type must be #{JSON_TYPE}, in UTF-8") unless CONTENT_TYPE.match?(env['CONTENT_TYPE'].to_s)

      unless ['', 'identity'].include?(env['HTTP_CONTENT_ENCODING'].to_s.downcase)
        raise Rejection.new(415, 'The body must not be compressed', 'accept-encoding' => 'identity') # RFC 9110, section 12.5.3.
      end

      raise too_large if env['CONTENT_LENGTH'].to_i > LARGEST_BODY

      body = String.new(env['rack.input'].read(LARGEST_BODY + 1).to_s, encoding: Encoding::UTF_8)
      raise too_large if body.bytesize > LARGEST_BODY

      check(parse(body))
    end

    def self.too_large
      Rejection.new(413, "A request body must not exceed #{LARGEST_BODY} bytes")
    end

    def self.parse(body)
      raise Rejection.new(400, 'The body is not UTF-8') unless body.valid_encoding?

      Gql::JsonText.parse(body)
    rescue JSON::ParserError
      raise Rejection.new(400, 'The body is not JSON')
    end

    def self.check(body)
      raise Rejection.new(400, 'The body is not a JSON object') unless body.is_a?(Hash)

      query, variables, operation_name, extensions = body.values_at('query', 'variables', 'operationName', 'extensions')
      raise Rejection.new(400, 'The parameter query must be a string') unless query.is_a?(String)
      raise Rejection.new(400, 'The parameter query is not Unicode') unless query.valid_encoding?
      raise Rejection.new(400, 'The parameter variables must be an object') unless variables.nil? || variables.is_a?(Hash)
      unless operation_name.nil? || (operation_name.is_a?(String) && operation_name.valid_encoding?)
        raise Rejection.new(400, 'The parameter operationName must be a string')
      end
      raise Rejection.new(400, 'The parameter extensions must be an object') unless extensions.nil? || extensions.is_a?(Hash)

      if values_within(variables || {}) > MOST_VALUES
        raise Rejection.new(400, "Variables must not have more than #{MOST_VALUES} members and elements", {}, 'VALIDATION_ERROR')
      end
      Parameters.new(query, variables || {}, operation_name)
    end

    # Counts the members and elements of a value, and of all that it holds. JsonText limits the recursion.
    def self.values_within(value)
      value = value.values if value.is_a?(Hash)
      value.is_a?(Array) ? value.size + value.sum { |each| values_within(each) } : 0
    end

    # With the media type of GraphQL, the status says whether the response has data.
    def self.response(result, media_type)
      status = media_type == RESPONSE && !result.key?('data') ? 400 : 200
      [status, { 'content-type' => "#{media_type}; charset=utf-8" }, [JSON.generate(result)]]
    end

    private_class_method :quality, :too_large, :parse, :check, :values_within
  end
end

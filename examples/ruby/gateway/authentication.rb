# SPDX-License-Identifier: MIT
# frozen_string_literal: true

require 'json'
require 'jwt'
require_relative '../gql/request'
require_relative 'config'
require_relative 'rejection'

module Gateway
  # Authenticates a request by the JWT (RFC 7519) in `Authorization: Bearer`.
  class Authentication
    SHORTEST_SECRET = 32 # Bytes: RFC 7518, section 3.2.
    ASYMMETRIC = %w[ES256 ES384 PS256 RS256].freeze
    KEY_TYPES = %w[EC RSA].freeze
    ACTIONS = { 'READ' => Gql::Abi::ACTION_READ, 'CREATE' => Gql::Abi::ACTION_CREATE,
                'UPDATE' => Gql::Abi::ACTION_UPDATE, 'DELETE' => Gql::Abi::ACTION_DELETE }.freeze
    KINDS = { 'user:' => Gql::Abi::ACTOR_USER, 'integration:' => Gql::Abi::ACTOR_INTEGRATION, 'system:' => Gql::Abi::ACTOR_SYSTEM }.freeze
    LENIENCIES = { 'anyAudience' => 'tokens that are issued for any audience are accepted',
                   'allowWithoutExpiry' => 'tokens that never expire are accepted' }.freeze
    NOBODY = 'authentication: neither jwt nor demo is set: every request is made by nobody, tokens are rejected, and plugins ' \
             'answer UNAUTHENTICATED'
    TIMES = %w[exp nbf iat].freeze
    EVERYTHING = [Gql::Grant.new(nil, ACTIONS.values.sum)].freeze

    # `settings` is `authentication` in the configuration.
    def initialize(settings)
      jwt = settings['jwt']
      @anonymous = settings['demo'] ? Gql::Actor.new('demo', EVERYTHING, Gql::Abi::ACTOR_USER) : nil
      @keys = jwt && read_keys(jwt)
      @options = { algorithms: jwt&.key?('jwksFile') ? ASYMMETRIC : ['HS256'], leeway: 5 }
      @options[:required_claims] = jwt&.fetch('allowWithoutExpiry', false) ? ['sub'] : %w[sub exp]
      @options.merge!(iss: jwt['issuer'], verify_iss: true) if jwt&.key?('issuer')
      @options.merge!(aud: jwt['audience'], verify_aud: true) if jwt&.key?('audience')
    end

    # Returns a warning for each rule for tokens that the settings switch off, or if there is no way to authenticate.
    def self.leniencies(settings)
      return settings['demo'] ? [] : [NOBODY] unless settings['jwt']

      LENIENCIES.select { |name, _| settings.dig('jwt', name) }.map { |name, what| "authentication.jwt.#{name}: #{what}" }
    end

    # Returns an actor, or nil without a token. Raises a Rejection for a bad token.
    def actor(header)
      return @anonymous if header.nil? || header.empty?

      reject('This gateway accepts no tokens') unless @keys
      token = header[/\ABearer +([\w-]+\.[\w-]+\.[\w-]+)\z/i, 1] || reject('The Authorization header holds no bearer JWT')
      claims, = JWT.decode(token, nil, true, @options) { |head| key(head) }
      actor_of(claims)
    rescue JWT::DecodeError, JWT::JWKError, OpenSSL::OpenSSLError => e
      reject("The token is rejected: #{e.message}")
    rescue ArgumentError, RangeError, TypeError, NoMethodError # The package jwt expects the base64 to hold an object.
      reject('The token is rejected: it is not a JWT')
    end

    private

    def reject(message)
      raise Rejection.new(401, message, 'www-authenticate' => 'Bearer error="invalid_token"')
    end

    # Returns a list of [kid or nil, alg or nil, key].
    def read_keys(jwt)
      return jwks(jwt['jwksFile']) if jwt.key?('jwksFile')

      file = jwt['secretFile']
      secret = Config.read_text(file, 'authentication.jwt.secretFile').strip
      return [[nil, 'HS256', secret]] if secret.bytesize >= SHORTEST_SECRET

      raise Config::Invalid, "#{file}: a secret for HS256 must have at least #{SHORTEST_SECRET} bytes"
    end

    def jwks(file)
      keys = JSON.parse(Config.read_text(file, 'authentication.jwt.jwksFile')).fetch('keys').select { |key| KEY_TYPES.include?(key['kty']) && key['use'] != 'enc' }
      raise Config::Invalid, "#{file}: contains no key of type #{KEY_TYPES.join(' or ')}" if keys.empty?

      keys.map { |key| [key['kid'], key['alg'], JWT::JWK.import(key).keypair] }
    rescue JSON::ParserError, KeyError, NoMethodError, JWT::JWKError, OpenSSL::OpenSSLError => e
      raise Config::Invalid, "#{file}: not a JWK Set of public keys (RFC 7517): #{e.message}"
    end

    # If the token has no kid, exactly one key must fit.
    def key(head)
      reject('The token is rejected: it has critical extensions') if head.key?('crit') # RFC 7515, section 4.1.11.
      fitting = @keys.select do |kid, alg, _|
        (head['kid'].nil? || kid.nil? || kid == head['kid']) && (alg.nil? || alg == head['alg'])
      end
      reject('The token is rejected: no key, or more than one, fits it') unless fitting.size == 1
      fitting.first.last
    end

    def actor_of(claims)
      # The package jwt takes the beginning of a text for a number.
      unless claims.slice(*TIMES).each_value.all?(Numeric)
        reject("The token is rejected: #{TIMES.join(', ')} must be numbers")
      end
      subject, grants = claims.values_at('sub', 'grants')
      reject('The token has no subject') unless subject.is_a?(String) && !subject.empty?
      reject('The subject of the token is not text') unless text?(subject)
      reject('The grants of the token are not an array') unless grants.nil? || grants.is_a?(Array)
      Gql::Actor.new(subject, grants.to_a.map { |grant| grant_of(grant) }, kind_of(subject, claims))
    end

    # Who it is: what the subject begins with; the client itself, if it is the subject (RFC 9068, section 2.2); else a user.
    def kind_of(subject, claims)
      KINDS.each { |prefix, kind| return kind if subject.start_with?(prefix) }
      claims.values_at('client_id', 'azp').include?(subject) ? Gql::Abi::ACTOR_INTEGRATION : Gql::Abi::ACTOR_USER
    end

    # No lone surrogates, which are not Unicode, and no NUL.
    def text?(string)
      string.valid_encoding? && !string.include?("\0")
    end

    def grant_of(grant)
      organization, actions = grant.values_at('organizationId', 'actions') if grant.is_a?(Hash)
      known = actions.is_a?(Array) && actions.all? { |action| ACTIONS.key?(action) }
      unless organization.is_a?(String) && text?(organization) && known
        reject("A grant of the token is not of the form {organizationId, actions: [#{ACTIONS.keys.join(', ')}]}")
      end
      Gql::Grant.new(organization == '*' ? nil : organization, actions.uniq.sum { |action| ACTIONS[action] })
    end
  end
end

# SPDX-License-Identifier: MIT
# frozen_string_literal: true

module Gateway
  # The demo host's own fields: organizations and users. `load` is all it knows of plugins.
  class DemoHost
    SCHEMA = File.expand_path('../../demo-host/host-schema.graphql', __dir__)
    USER = /\Auser:(.+)\z/m
    LONGEST_ID = 255 # Characters. An object that is made up for an ID repeats it.
    MOST_IDS = 100 # Of one field. Each is answered with all that is selected below the field.

    # `organizations`: those of the configuration. Every other ID is a made-up organization.
    def initialize(organizations)
      @organizations = organizations.to_h { |organization| [organization['id'], organization] }
    end

    def fields
      {
        'Query' => %w[me organization node nodes actors].to_h { |name| [name, method(name)] },
        'Mutation' => { 'ping' => ->(*) { true } }
      }
    end

    # Whether an organization is in the configuration.
    def lists?(id)
      @organizations.key?(id)
    end

    def references
      { 'Organization' => method(:organization_of) }
    end

    private

    def me(_, arguments, context)
      id = context[:exchange].actor&.id or return
      load([id], arguments, context).first || user(id)
    end

    def organization(_, arguments, _)
      organization_of(arguments[:id])
    end

    def node(_, arguments, context)
      find([arguments[:id]], arguments, context) { |id| known_organization(id) || known_user(id) }.first
    end

    def nodes(_, arguments, context)
      find(arguments[:ids], arguments, context) { |id| known_organization(id) || known_user(id) }
    end

    def actors(_, arguments, context)
      find(arguments[:ids], arguments, context) { |id| known_user(id) }
    end

    # The block finds the host's objects. The other IDs are loaded from the plugins.
    def find(ids, arguments, context, &known)
      raise invalid("A field takes at most #{MOST_IDS} IDs") if ids.size > MOST_IDS

      found = ids.to_h { |id| [id, known.call(id)] }
      missing = found.reject { |_, object| object }.keys
      found.merge!(missing.zip(load(missing, arguments, context)).to_h) if missing.any?
      ids.map { |id| found[id] }
    end

    def load(ids, arguments, context)
      context[:executable].load(ids, arguments, context)
    end

    def organization_of(id)
      own = @organizations.fetch(id) { check_id(id) && {} }
      settings = { 'locale' => 'en', 'timeZone' => 'UTC' }.merge(own['settings'].to_h)
      { '__typename' => 'Organization', 'id' => id, 'title' => own.fetch('title', id), 'version' => 1,
        'country' => own['country'], 'settings' => settings }
    end

    def known_organization(id)
      organization_of(id) if @organizations.key?(id)
    end

    def known_user(id)
      user(id) if id.valid_encoding? && USER.match?(id)
    end

    def check_id(id)
      return id if id.size <= LONGEST_ID && id.valid_encoding?

      raise invalid("An ID must be text of at most #{LONGEST_ID} characters")
    end

    def invalid(message)
      GraphQL::ExecutionError.new(message, extensions: { 'code' => 'VALIDATION_ERROR' })
    end

    def user(id)
      check_id(id)
      { '__typename' => 'User', 'id' => id, 'title' => id[USER, 1] || id }
    end
  end
end

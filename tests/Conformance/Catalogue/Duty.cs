namespace Bridge.Conformance;

/// <summary>On whom a requirement of the specification is laid.</summary>
internal enum Duty
{
    /// <summary>Who runs plugins: this library, or the program that uses it.</summary>
    Runtime,

    /// <summary>The plugin that is run.</summary>
    Plugin,

    /// <summary>Whoever writes a configuration.</summary>
    Format,
}

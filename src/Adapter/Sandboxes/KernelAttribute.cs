namespace Bridge.Adapter.Sandboxes;

/// <summary>A property for which the bridge has no name of its own, carried word for word.</summary>
/// <param name="Number">Its number in the kernel's header.</param>
/// <param name="Value">Its bytes, hexadecimal, in the host's byte order.</param>
internal sealed record KernelAttribute(int Number, string Value);

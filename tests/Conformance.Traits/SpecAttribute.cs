namespace Bridge.Conformance;

/// <summary>The test shows that a requirement of the CNI specification is met, or what becomes of a plugin that does not meet it.</summary>
/// <param name="id">As in the catalogue, as in <c>del-reverse-order</c>.</param>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Method, AllowMultiple = true, Inherited = true)]
public sealed class SpecAttribute(string id) : ShowsAttribute(ConformanceTraits.Spec, id);

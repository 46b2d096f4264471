namespace Bridge.Adapter.Tests.Sandboxes;

/// <summary>
/// Tests that look at every thread of the process, among which those of other tests are inside namespaces for good reasons.
/// </summary>
[CollectionDefinition(nameof(AloneInTheProcess), DisableParallelization = true)]
public sealed class AloneInTheProcess;

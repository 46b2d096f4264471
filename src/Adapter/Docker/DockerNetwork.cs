namespace Bridge.Adapter.Docker;

/// <summary>A network as Docker lists it.</summary>
/// <param name="Id">Its id of 64 digits.</param>
/// <param name="Name">What people call it.</param>
/// <param name="Options">What was given with <c>-o</c>.</param>
/// <param name="IpamDriver">Who chooses addresses: <c>default</c>, <c>null</c>, …</param>
internal sealed record DockerNetwork(string Id, string Name, IReadOnlyDictionary<string, string> Options, string IpamDriver);

namespace Bridge.Adapter.Docker;

/// <param name="Name">What people call it.</param>
/// <param name="Id">Its id of 64 digits; null while Docker has not finished joining it to the network.</param>
internal sealed record DockerContainer(string Name, string? Id);
